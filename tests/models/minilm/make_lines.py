#!/usr/bin/env python3
"""Writes lines.txt: the varied lines on which the tokenizer is compared with the reference library.

Deterministic: a fixed seed, and only integer draws from random.Random. Lines are UTF-8, separated by "\\n" alone.
Each family below is one kind of trouble; `mixed` strings pieces of all of them together.

Usage: make_lines.py [OUTPUT]
"""
import pathlib
import random
import sys

SENTENCES = """A man is eating food. A woman is playing the violin. The quick brown fox jumps over the lazy dog.
It's 3:45 p.m.; don't be late! Prices rose by 12.5% (from $1,299.99 to $1,462.49). e-mail: jane_doe+test@example.org
https://example.org/path?query=1&other=two#part C++17, C#, F# and .NET; x = y**2 + 3*z - 1; #include <stdio.h>
Antidisestablishmentarianism floccinaucinihilipilification pneumonoultramicroscopicsilicovolcanoconiosis
RÉSUMÉ, naïve café, über-cool Straße, smörgåsbord, Ångström, façade, jalapeño, señor, coöperate, crème brûlée
Đại học Quốc gia Hà Nội. Zażółć gęślą jaźń. Příliš žluťoučký kůň úpěl ďábelské ódy. Árvíztűrő tükörfúrógép.
İstanbul'da ışık ılık. Þórður lærði á íslensku. Ħaġar Qim. Œuvre, æon, ŒUVRE, ÆON, ǅ ǆ Ǆ, ĳsselmeer, ﬁne ﬂow.
Съешь же ещё этих мягких французских булок. ЁЛКА Їжак Ґанок. Η γρήγορη καφέ αλεπού. ΟΔΟΣ ΣΊΣΥΦΟΣ ᾳ ᾼ ΐ.
敏捷的棕色狐狸跳过懒狗。 我喜欢吃苹果，也喜欢喝茶！ 日本語の文章です。カタカナとひらがな、ｶﾀｶﾅ。 東京タワー
빠른 갈색 여우가 게으른 개를 뛰어넘습니다. 안녕하세요 세계! 한글ㅋㅋㅋ 값 뷁 さようなら ガギグゲゴ ぱぴぷぺぽ
שלום עולם, מה שלומך? שָׁלוֹם. مرحبا بالعالم، كيف حالك؟ اَلْعَرَبِيَّةُ لا إله ١٢٣٤٥ فارسی گچپژ
नमस्ते दुनिया। हिन्दी में लिखा है। বাংলা ভাষা কো তামিল தமிழ் மொழி తెలుగు ಕನ್ನಡ മലയാളം සිංහල ไทยภาษา ภาษาไทยไม่มีช่องว่าง ພາສາລາວ မြန်မာ ខ្មែរ
አማርኛ ᎣᏏᏲ ᓀᐦᐃᔭᐍᐏᐣ ქართული ენა ᲥᲐᲠᲗᲣᲚᲘ Հայերեն ლ 𐐀𐐨 𝕬𝖑𝖕𝖍𝖆 ⅷ Ⅷ ② ½ ™ K Å ſ ẞ ß""".split("\n")

SPECIALS = ["[SEP]", "[CLS]", "[MASK]", "[PAD]", "[UNK]", "[sep]", "[Mask]", "[SEP", "SEP]", "[[MASK]]", "[ SEP ]",
            "[unused1]", "[SEP][SEP]", "[MA[MASK]SK]", "##ing", "[CLS]x[SEP]", "[UNK]ing", "[MASK]\u0301", "[ＳＥＰ]"]
EMOJI = ["😀", "👍🏽", "👨‍👩‍👧‍👦", "🏳️‍🌈", "❤️", "☃", "🇩🇪🇫🇷", "1️⃣", "🧑🏿‍🚀", "✈️", "©️", "🫠", "🩷", "👩🏻‍❤️‍💋‍👨🏾", "⌚", "♥"]
CONTROLS = [chr(c) for c in (*range(0, 10), *range(11, 32), *range(0x7F, 0xA1), 0xAD)] + list(
    "\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2069\ufeff\ufffd"
    "\ufff9\ufffa\ufffb\ufffe\uffff\ue000\uf8ff\U000e0001\U000e0061\U000f0000\U0010ffff\u0378\U0001fffe")
SPACES = list(" \t\r\x0b\x0c\x85\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028"
              "\u2029\u202f\u205f\u3000") + ["  ", "   ", "\t\t"]
PUNCTUATION = list("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~¡§«¶·»¿‐‑‒–—―‘’‚“”„†‡•…‰′″‹›‽⁂⁓、。〈〉《》「」『』【】〜・！（），．：；？～"
                   "٪٫٬؟۔।॥෴๏༄᙭᠀⸀⸺⹀⹊⸮꓾꘍꡴︐﹏€£¥₹±×÷≠∞√∑∂←→■★♪°²³¹¼")


def words():
    return [w for s in SENTENCES for w in s.split()]


def marks(draw, count):
    blocks = [(0x300, 0x36F), (0x483, 0x489), (0x591, 0x5C7), (0x610, 0x61A), (0x64B, 0x65F), (0x900, 0x903),
              (0x93A, 0x94D), (0x1AB0, 0x1ACE), (0x1DC0, 0x1DFF), (0x20D0, 0x20F0), (0x302A, 0x302F), (0x3099, 0x309A),
              (0xFE00, 0xFE2F), (0x1D165, 0x1D172), (0x1E944, 0x1E94A)]
    return "".join(chr(draw.randint(*draw.choice(blocks))) for _ in range(count))


def any_code_point(draw):
    while True:
        top = draw.choice([0x7F, 0x24F, 0x7FF, 0x2FFF, 0xFFFF, 0x1FFFF, 0x3FFFF, 0x10FFFF])
        c = draw.randint(0, top)
        if c != 0x0A and not 0xD800 <= c <= 0xDFFF:
            return chr(c)


def scatter(draw, word, extras):
    """A word with one to four extras put between its characters."""
    for _ in range(draw.randint(1, 4)):
        at = draw.randint(0, len(word))
        word = word[:at] + draw.choice(extras) + word[at:]
    return word


def number(draw):
    return draw.choice([str(draw.randint(0, 10 ** draw.randint(1, 30))), f"{draw.randint(0, 9999)}.{draw.randint(0, 99)}",
                        f"{draw.randint(1, 999)},{draw.randint(0, 999):03}", f"0x{draw.randint(0, 2**40):X}",
                        f"{draw.randint(1, 28)}/{draw.randint(1, 12)}/{draw.randint(1900, 2100)}", "१२३", "٣٤٥", "１２３",
                        f"-{draw.randint(1, 9)}e{draw.randint(10, 99)}"])


def long_word(draw):
    base = draw.choice(["a", "ab", "é", "e\u0301", "un", "日", "x\u200d", "ß", "İ", "한", "nation", "!a", "क्", "😀"])
    length = draw.choice([50, 98, 99, 100, 101, 102, 103, 150, 200, 201, 300, 1000])
    return (base * length)[:length]


def piece(draw, pool):
    return draw.choice([
        lambda: draw.choice(pool), lambda: draw.choice(SPECIALS), lambda: draw.choice(EMOJI), lambda: number(draw),
        lambda: scatter(draw, draw.choice(pool), CONTROLS), lambda: scatter(draw, draw.choice(pool), SPECIALS),
        lambda: scatter(draw, draw.choice(pool), PUNCTUATION), lambda: draw.choice(pool) + marks(draw, 3),
        lambda: draw.choice(PUNCTUATION) * draw.randint(1, 5), lambda: any_code_point(draw),
        lambda: draw.choice(pool).upper(), lambda: draw.choice(pool).title()])()


def families(draw):
    pool = words()
    some = lambda low, high: range(draw.randint(low, high))
    yield from ["", " ", "\t", "[SEP]", ".", "a", "\u0301", "\u200d", "\u202e"]
    yield from SENTENCES
    yield from SPECIALS + EMOJI + PUNCTUATION
    yield from ("a" + c + "b " + c + " b" for c in CONTROLS + SPACES + EMOJI + SPECIALS)
    yield from (" ".join(draw.choice(pool) for _ in some(2, 14)) for _ in range(150))
    yield from (scatter(draw, draw.choice(pool), CONTROLS + SPACES) for _ in range(80))
    yield from ("".join(w + marks(draw, draw.randint(0, 4)) for w in draw.choice(pool)) for _ in range(100))
    yield from ("".join(draw.choice(PUNCTUATION) for _ in some(2, 40)) for _ in range(60))
    yield from (" ".join(number(draw) for _ in some(1, 6)) for _ in range(50))
    yield from (" ".join([draw.choice(pool), long_word(draw), draw.choice(pool)]) for _ in range(90))
    yield from ("".join(any_code_point(draw) for _ in some(1, 24)) for _ in range(120))
    yield from (draw.choice(SPACES).join(piece(draw, pool) for _ in some(2, 16)) for _ in range(300))
    yield from (" ".join(piece(draw, pool) for _ in range(count)) for count in (120, 200, 253, 254, 255, 256, 300, 500))
    yield from ("the " * count for count in (252, 253, 254, 255, 256, 600))
    yield from ("x" * 254 + "[SEP]", "[MASK]" * 254, "[MASK]" * 255, "中" * 254, "中" * 255, "!" * 2000)


def main():
    lines = list(families(random.Random(20210831)))
    assert len(lines) >= 1200 and not any("\n" in line for line in lines), len(lines)
    output = sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).with_name("lines.txt")
    pathlib.Path(output).write_bytes("".join(line + "\n" for line in lines).encode())


if __name__ == "__main__":
    main()
