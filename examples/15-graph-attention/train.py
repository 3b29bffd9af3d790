"""Trains the lesson's graph attention network on a made-up graph of papers as large as Cora; with `check`, asks how many
papers a compiled one puts into their field.

    train.py FOLDER             # writes weights.safetensors, x.npy, rowptr.npy, col.npy
    train.py check logits.npy   # what attn-run wrote

A paper is of one of seven fields, has 18 of 1,433 words, some of them typical of the field, and cites papers mostly of
its field. The network sees the words of all papers, the citations, and the field of 20 papers of each. Needs torch and
safetensors (benchmarks/setup has both); half a minute.
"""
import pathlib
import sys

import numpy
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional

PAPERS, WORDS, FIELDS, CITATIONS = 2708, 1433, 7, 5278
WORDS_OF_PAPER, TYPICAL_WORDS, TYPICAL_SHARE, SAME_FIELD = 18, 150, 0.25, 0.8
HEADS, WIDTH = 8, 8
TAUGHT, TESTED = 20, 1000
STEPS, RATE, DECAY, DROPPED = 100, 5e-3, 5e-4, 0.6


def papers(random):
    """The field of each paper, its words [PAPERS, WORDS] of 0 and 1, and who cites whom, both ways [2, 2 CITATIONS]."""
    fields = random.integers(0, FIELDS, PAPERS)
    typical = random.integers(0, WORDS, (FIELDS, TYPICAL_WORDS))
    of_field = typical[fields[:, None], random.integers(0, TYPICAL_WORDS, (PAPERS, WORDS_OF_PAPER))]
    any_word = random.integers(0, WORDS, of_field.shape)
    words = numpy.zeros((PAPERS, WORDS), numpy.float32)
    chosen = numpy.where(random.random(of_field.shape) < TYPICAL_SHARE, of_field, any_word)
    words[numpy.arange(PAPERS)[:, None], chosen] = 1

    pairs = set()
    while len(pairs) < CITATIONS:
        one = random.integers(0, PAPERS)
        near = numpy.flatnonzero(fields == fields[one]) if random.random() < SAME_FIELD else numpy.arange(PAPERS)
        other = random.choice(near)
        if one != other:
            pairs.add((min(one, other), max(one, other)))
    pairs = numpy.array(sorted(pairs)).T
    return fields, words, numpy.concatenate([pairs, pairs[::-1]], 1)


def compressed_rows(edges):
    """rowptr, col: paper i is connected with col[rowptr[i]] .. col[rowptr[i + 1] - 1]."""
    order = numpy.lexsort(edges[::-1])
    counts = numpy.bincount(edges[0], minlength=PAPERS)
    return numpy.concatenate([[0], counts.cumsum()]).astype(numpy.int32), edges[1, order].astype(numpy.int32)


class GraphAttention(nn.Module):
    """Velickovic et al. 2018: weights over a node's neighbours and itself, from a number for each end of an edge."""

    def __init__(self, inputs, heads, width):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(heads * width, inputs) * inputs**-0.5)
        self.dst, self.src = (nn.Parameter(torch.randn(heads, width) * width**-0.5) for _ in range(2))
        self.bias = nn.Parameter(torch.zeros(heads * width))

    def forward(self, x, edges, drop):
        h = (x @ self.weight.T).unflatten(1, self.dst.shape)
        to, of = edges
        scores = functional.leaky_relu((h * self.dst).sum(-1)[to] + (h * self.src).sum(-1)[of], 0.2)
        weights = (scores - scores.max()).exp()
        weights = weights / torch.zeros(h.shape[:2]).index_add(0, to, weights)[to]
        y = torch.zeros_like(h).index_add(0, to, drop(weights)[..., None] * h[of])
        return y.flatten(1) + self.bias


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer1, self.layer2 = GraphAttention(WORDS, HEADS, WIDTH), GraphAttention(HEADS * WIDTH, 1, FIELDS)

    def forward(self, x, edges):
        def drop(values):
            return functional.dropout(values, DROPPED, self.training)

        y = functional.elu(self.layer1(drop(x), edges, drop))
        return self.layer2(drop(y), edges, drop)


def train(model, x, edges, fields, taught):
    optimiser = torch.optim.Adam(model.parameters(), RATE, weight_decay=DECAY)
    for step in range(STEPS):
        loss = functional.cross_entropy(model(x, edges)[taught], fields[taught])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if step % 20 == 0:
            print(f"step {step}: loss {loss.item():.3f}", file=sys.stderr)


def report(scores, fields, tested):
    right = (scores[tested].argmax(1) == fields[tested]).mean()
    print(f"{100 * right:.1f} % of {TESTED} papers are put into their field; chance is {100 / FIELDS:.1f} %")


def main():
    random = numpy.random.default_rng(1)
    fields, words, edges = papers(random)
    shuffled = random.permutation(PAPERS)
    taught = numpy.concatenate([[n for n in shuffled if fields[n] == field][:TAUGHT] for field in range(FIELDS)])
    tested = numpy.setdiff1d(shuffled, taught, assume_unique=True)[:TESTED]
    if len(sys.argv) == 3 and sys.argv[1] == "check":
        report(numpy.load(sys.argv[2])[0], fields, tested)
        return
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    torch.manual_seed(1)
    model, x = Network(), torch.from_numpy(words)
    itself = numpy.arange(PAPERS)[None].repeat(2, 0)
    with_itself = torch.from_numpy(numpy.concatenate([edges, itself], 1))
    train(model, x, with_itself, torch.from_numpy(fields), taught)
    folder = pathlib.Path(sys.argv[1])
    save_file(model.state_dict(), folder / "weights.safetensors")
    rowptr, col = compressed_rows(edges)
    for name, array in (("x", words[None]), ("rowptr", rowptr), ("col", col)):
        numpy.save(folder / f"{name}.npy", array)
    model.eval()
    with torch.no_grad():
        report(model(x, with_itself).numpy(), fields, tested)


if __name__ == "__main__":
    main()
