"""Trains the lesson's translator; with `check`, asks how many sentences a compiled one gets right.

    train.py weights.safetensors
    train.py check tokens.npy          # what attn-run wrote for source.npy and lengths.npy

Source sentences have 3 to 12 words of 20. Their translation has the words from the last to the first, each by its other
name. Needs torch and safetensors (benchmarks/setup has both); half a minute.
"""
import math
import sys

import numpy
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional

PAD, BEGIN, END, FIRST, WORDS = 0, 1, 2, 3, 20
SHORTEST, LONGEST = 3, 12
VOCABULARY, WIDTH, HEADS, HIDDEN, LAYERS = FIRST + WORDS, 64, 4, 64, 2
STEPS, BATCH, RATE = 800, 64, 2e-3


def sentences(count, random):
    """Source words [count, LONGEST] with PAD behind, how many of each are real, and the translation with its END."""
    lengths = random.integers(SHORTEST, LONGEST + 1, count)
    place = numpy.arange(LONGEST)
    source = numpy.where(place < lengths[:, None], random.integers(FIRST, VOCABULARY, (count, LONGEST)), PAD)
    target = numpy.full((count, LONGEST + 1), PAD)
    for row, (words, length) in enumerate(zip(source, lengths)):
        target[row, :length] = FIRST + (7 * (words[:length][::-1] - FIRST) + 5) % WORDS
        target[row, length] = END
    return source, lengths, target


def sinusoids(length):
    angle = torch.arange(length)[:, None] / 10000 ** (torch.arange(0, WIDTH, 2) / WIDTH)
    return torch.stack([angle.sin(), angle.cos()], -1).flatten(1)


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(WIDTH, WIDTH) for _ in range(4))

    def forward(self, x, memory, visible):
        q, k, v = (part.unflatten(2, (HEADS, -1)).transpose(1, 2)
                   for part in (self.query(x), self.key(memory), self.value(memory)))
        y = functional.scaled_dot_product_attention(q, k, v, attn_mask=visible)
        return self.out(y.transpose(1, 2).flatten(2))


class FeedForward(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(WIDTH, HIDDEN), nn.Linear(HIDDEN, WIDTH)

    def forward(self, x):
        return self.second(functional.relu(self.first(x)))


class EncoderLayer(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention, self.feed = Attention(), FeedForward()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)

    def forward(self, x, visible):
        x = self.norm1(x + self.attention(x, x, visible))
        return self.norm2(x + self.feed(x))


class DecoderLayer(nn.Module):
    def __init__(self):
        super().__init__()
        self.past, self.cross, self.feed = Attention(), Attention(), FeedForward()
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(WIDTH) for _ in range(3))

    def forward(self, y, memory, earlier, visible):
        y = self.norm1(y + self.past(y, y, earlier))
        y = self.norm2(y + self.cross(y, memory, visible))
        return self.norm3(y + self.feed(y))


class Translator(nn.Module):
    def __init__(self):
        super().__init__()
        self.source, self.target = (nn.Embedding(VOCABULARY, WIDTH) for _ in range(2))
        for table in (self.source, self.target):
            nn.init.normal_(table.weight, std=WIDTH**-0.5)
        self.encoder = nn.ModuleList(EncoderLayer() for _ in range(LAYERS))
        self.decoder = nn.ModuleList(DecoderLayer() for _ in range(LAYERS))
        self.logits = nn.Linear(WIDTH, VOCABULARY)
        self.register_buffer("places", sinusoids(LONGEST + 1))

    def embed(self, table, ids):
        return math.sqrt(WIDTH) * table(ids) + self.places[:ids.shape[1]]

    def encode(self, source, visible):
        x = self.embed(self.source, source)
        for layer in self.encoder:
            x = layer(x, visible)
        return x

    def decode(self, tokens, memory, visible):
        y = self.embed(self.target, tokens)
        earlier = torch.ones(tokens.shape[1], tokens.shape[1], dtype=torch.bool).tril()
        for layer in self.decoder:
            y = layer(y, memory, earlier, visible)
        return self.logits(y)

    def forward(self, source, lengths, tokens):
        visible = (torch.arange(source.shape[1]) < lengths[:, None])[:, None, None]
        return self.decode(tokens, self.encode(source, visible), visible)


def translate(model, source, lengths):
    """Greedy: the most likely word, again and again; what follows END is PAD."""
    tokens, done = torch.full((len(source), 1), BEGIN), torch.zeros(len(source), dtype=torch.bool)
    for _ in range(LONGEST + 1):
        word = model(source, lengths, tokens)[:, -1].argmax(-1).masked_fill(done, PAD)
        tokens, done = torch.cat([tokens, word[:, None]], 1), done | (word == END)
    return tokens[:, 1:]


def train(model, random):
    optimiser = torch.optim.Adam(model.parameters(), betas=(0.9, 0.98))
    for step in range(STEPS):
        optimiser.param_groups[0]["lr"] = RATE * min((step + 1) / 100, 1 - step / STEPS)
        source, lengths, target = map(torch.from_numpy, sentences(BATCH, random))
        given = functional.pad(target, (1, -1), value=BEGIN)
        loss = functional.cross_entropy(model(source, lengths, given).transpose(1, 2), target, ignore_index=PAD)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if step % 200 == 0:
            print(f"step {step}: loss {loss.item():.3f}", file=sys.stderr)


def held_out():
    return sentences(1000, numpy.random.default_rng(2))


def share_right(tokens, target):
    """Sentences without a wrong word."""
    width = max(tokens.shape[1], target.shape[1])
    padded = [numpy.pad(rows, ((0, 0), (0, width - rows.shape[1]))) for rows in (tokens, target)]
    return (padded[0] == padded[1]).all(1).mean()


def main():
    source, lengths, target = held_out()
    if len(sys.argv) == 3 and sys.argv[1] == "check":
        tokens = numpy.load(sys.argv[2])
    elif len(sys.argv) == 2:
        torch.manual_seed(1)
        model = Translator()
        train(model, numpy.random.default_rng(1))
        save_file(model.state_dict(), sys.argv[1])
        numpy.save("source.npy", source.astype(numpy.int32))
        numpy.save("lengths.npy", lengths.astype(numpy.int32))
        with torch.no_grad():
            tokens = translate(model, torch.from_numpy(source), torch.from_numpy(lengths)).numpy()
    else:
        sys.exit(__doc__)
    print(f"{100 * share_right(tokens, target):.1f} % of {len(target)} new sentences are right")


if __name__ == "__main__":
    main()
