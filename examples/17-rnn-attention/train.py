"""Trains the lesson's reader of dates; with `check`, asks how many dates a compiled one reads right.

    train.py weights.safetensors
    train.py check tokens.npy [alignment.npy]     # what attn-run wrote for source.npy and lengths.npy

A date as people write it, "saturday 5 june 2010" or "dec 24, 1999", becomes "2010-06-05", letter by letter. Needs torch and
safetensors (benchmarks/setup has both); two minutes on two cores.
"""
import calendar
import datetime
import sys

import numpy
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional

LETTERS = " ,-/0123456789abcdefghijklmnopqrstuvwxyz"
PAD, BEGIN, END, FIRST = 0, 1, 2, 3
VOCABULARY, EMBEDDED, WIDTH, LONGEST = FIRST + len(LETTERS), 24, 48, 28
STEPS, BATCH, RATE = 900, 64, 5e-3
OLDEST, NEWEST = datetime.date(1950, 1, 1).toordinal(), datetime.date(2049, 12, 31).toordinal()


def written(date, form):
    day, month, weekday = date.day, calendar.month_name[date.month].lower(), calendar.day_name[date.weekday()].lower()
    return (f"{weekday} {day} {month} {date.year}", f"{month} {day}, {date.year}", f"{month[:3]} {day}, {date.year}",
            f"{day} {month[:3]} {date.year}", f"{date.year}/{date.month}/{day}")[form]


def ids(texts, width):
    rows = numpy.full((len(texts), width), PAD)
    for row, text in zip(rows, texts):
        row[:len(text)] = [FIRST + LETTERS.index(letter) for letter in text]
    return rows


def text(row):
    return "".join(LETTERS[number - FIRST] for number in row if number >= FIRST)


def dates(count, random):
    """Source letters [count, LONGEST] with PAD behind, how many of each are real, the answers with their END."""
    days = [datetime.date.fromordinal(int(day)) for day in random.integers(OLDEST, NEWEST + 1, count)]
    texts = [written(day, form) for day, form in zip(days, random.integers(0, 5, count))]
    target = ids([day.isoformat() for day in days], 11)
    target[:, 10] = END
    return ids(texts, LONGEST), numpy.array([len(text) for text in texts]), target


class Reader(nn.Module):
    """Bahdanau et al. 2015: the state of the decoder asks, the annotations of the encoder answer."""

    def __init__(self):
        super().__init__()
        self.letters, self.digits = (nn.Embedding(VOCABULARY, EMBEDDED) for _ in range(2))
        self.encoder = nn.GRU(EMBEDDED, WIDTH, bidirectional=True, batch_first=True)
        self.first = nn.Linear(WIDTH, WIDTH)
        self.asks, self.answers = nn.Linear(WIDTH, WIDTH, bias=False), nn.Linear(2 * WIDTH, WIDTH)
        self.scores = nn.Parameter(torch.randn(WIDTH) * WIDTH**-0.5)
        self.decoder = nn.GRUCell(EMBEDDED + 2 * WIDTH, WIDTH)
        self.logits = nn.Linear(WIDTH + 2 * WIDTH + EMBEDDED, VOCABULARY)

    def encode(self, source, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(self.letters(source), lengths, True, enforce_sorted=False)
        annotations, last = self.encoder(packed)
        annotations, _ = nn.utils.rnn.pad_packed_sequence(annotations, True, total_length=source.shape[1])
        return annotations, torch.tanh(self.first(last[1]))

    def step(self, token, state, annotations, keys, hidden):
        scores = torch.tanh(self.asks(state)[:, None] + keys) @ self.scores
        alignment = torch.softmax(scores.masked_fill(hidden, -torch.inf), 1)
        context, digit = (alignment[:, None] @ annotations)[:, 0], self.digits(token)
        state = self.decoder(torch.cat([digit, context], 1), state)
        return self.logits(torch.cat([state, context, digit], 1)), state, alignment

    def forward(self, source, lengths, given=None, steps=11):
        """With `given` it is told the token before; otherwise it goes on from its own choice, and after END says PAD."""
        annotations, state = self.encode(source, lengths)
        keys, hidden = self.answers(annotations), torch.arange(source.shape[1]) >= lengths[:, None]
        token, done, said, tokens = torch.full_like(lengths, BEGIN), torch.zeros_like(hidden[:, 0]), [], []
        for t in range(steps):
            logits, state, _ = self.step(token if given is None else given[:, t], state, annotations, keys, hidden)
            token = logits.argmax(1).masked_fill(done, PAD)
            done = done | (token == END)
            said.append(logits)
            tokens.append(token)
        return torch.stack(said, 1), torch.stack(tokens, 1)


def train(model, random):
    optimiser = torch.optim.Adam(model.parameters(), RATE)
    for step in range(STEPS):
        optimiser.param_groups[0]["lr"] = RATE * (1 - step / STEPS)
        source, lengths, target = map(torch.from_numpy, dates(BATCH, random))
        logits, _ = model(source, lengths, functional.pad(target, (1, -1), value=BEGIN))
        loss = functional.cross_entropy(logits.transpose(1, 2), target)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1)
        optimiser.step()
        if step % 100 == 0:
            print(f"step {step}: loss {loss.item():.4f}", file=sys.stderr)


def report(tokens, target):
    tokens = numpy.pad(tokens, ((0, 0), (0, max(0, target.shape[1] - tokens.shape[1]))))[:, :target.shape[1]]
    print(f"{100 * (tokens == target).all(1).mean():.1f} % of {len(target)} new dates are read right")


def show(source, tokens, alignment):
    """One line for each letter said, a mark where it looked: the darker the more."""
    print("   " + text(source))
    for token, row in zip(tokens, alignment):
        said = "end" if token == END else text([token])
        print(f"{said:3}" + "".join(" .:+#"[min(4, int(5 * weight))] for weight in row[0, :len(text(source))]))


def main():
    source, lengths, target = dates(1000, numpy.random.default_rng(2))
    if len(sys.argv) >= 3 and sys.argv[1] == "check":
        tokens = numpy.load(sys.argv[2])
        report(tokens, target)
        if len(sys.argv) == 4:
            show(source[0], tokens[0], numpy.load(sys.argv[3])[0])
        return
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    torch.manual_seed(1)
    model = Reader()
    train(model, numpy.random.default_rng(1))
    save_file(model.state_dict(), sys.argv[1])
    numpy.save("source.npy", source.astype(numpy.int32))
    numpy.save("lengths.npy", lengths.astype(numpy.int32))
    with torch.no_grad():
        report(model(torch.from_numpy(source), torch.from_numpy(lengths))[1].numpy(), target)


if __name__ == "__main__":
    main()
