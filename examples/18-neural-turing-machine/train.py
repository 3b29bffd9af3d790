"""Trains the lesson's Neural Turing Machine to copy; with `check`, counts the bits that a compiled one gets right.

    train.py weights.safetensors
    train.py check bits.npy          # what attn-run wrote for x.npy

A sequence is 1 to 20 words of eight bits, then a mark, then nothing: the machine must say the words again. Two
more channels say where it begins and where the mark is. Needs torch and safetensors (benchmarks/setup has both); a minute
on two cores.
"""
import sys

import numpy
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional

BITS, CONTROLLER, ROWS, WIDTH, SHIFTS = 8, 100, 128, 20, (-1, 0, 1)
LONGEST = 20
STEPS, BATCH, RATE = 300, 16, 5e-3
HEAD = WIDTH + 3 + len(SHIFTS)  # key, strength, gate, shift, sharpness


def sequences(count, length, random):
    """Inputs [count, 2 length + 2, BITS + 2] and the words to say in the last `length` steps."""
    words = random.integers(0, 2, (count, length, BITS)).astype(numpy.float32)
    x = numpy.zeros((count, 2 * length + 2, BITS + 2), numpy.float32)
    x[:, 0, BITS] = x[:, length + 1, BITS + 1] = 1
    x[:, 1:length + 1, :BITS] = words
    return x, words


class Machine(nn.Module):
    """Graves et al. 2014, one head that reads and one that writes."""

    def __init__(self):
        super().__init__()
        self.controller = nn.LSTMCell(BITS + 2 + WIDTH, CONTROLLER)
        self.read, self.write = nn.Linear(CONTROLLER, HEAD), nn.Linear(CONTROLLER, HEAD + 2 * WIDTH)
        self.out = nn.Linear(CONTROLLER + WIDTH, BITS)
        self.memory = nn.Parameter(torch.full((ROWS, WIDTH), 1e-6), requires_grad=False)
        with torch.no_grad():
            self.begin_well()

    def begin_well(self):
        """Sharp heads that go by place, the one that writes forward; a unit of the controller that remembers the mark, from which on
        the head that reads goes forward too. What to write and what to say of what it reads is left to learn."""
        for head in (self.read, self.write):
            head.bias[WIDTH + 1] = -4  # gate
            head.bias[HEAD - 1] = 2  # sharpness
        stay, forward = WIDTH + 2 + SHIFTS.index(0), WIDTH + 2 + SHIFTS.index(1)
        self.write.bias[forward] = self.read.bias[stay] = 4
        self.read.weight[forward, 0] = 10
        remember, keep, value, show = (gate * CONTROLLER for gate in range(4))  # of unit 0: input, forget, cell, output
        controller = self.controller
        controller.weight_ih[[remember, value], BITS + 1] = 10
        controller.bias_ih[[remember, keep, show]] = torch.tensor([-5.0, 5.0, 5.0])

    def address(self, memory, raw, before):
        key, strength, gate, shift, sharpness = raw.split([WIDTH, 1, 1, len(SHIFTS), 1], 1)
        norms = memory.norm(dim=2) * key.norm(dim=1, keepdim=True)
        likeness = (memory @ key[..., None])[..., 0] / norms.clamp_min(1e-8)
        content = torch.softmax(functional.softplus(strength) * likeness, 1)
        gate = torch.sigmoid(gate)
        mixed = gate * content + (1 - gate) * before
        shift = torch.softmax(shift, 1)
        moved = sum(shift[:, n, None] * mixed.roll(by, 1) for n, by in enumerate(SHIFTS))
        raised = moved ** (1 + functional.softplus(sharpness))
        return raised / (raised.sum(1, keepdim=True) + 1e-16)

    def step(self, x, state):
        hidden, cell, memory, reading, writing, read = state
        hidden, cell = self.controller(torch.cat([x, read], 1), (hidden, cell))
        reading = self.address(memory, self.read(hidden), reading)
        head, erase, add = self.write(hidden).split([HEAD, WIDTH, WIDTH], 1)
        writing = self.address(memory, head, writing)
        read = (reading[:, None] @ memory)[:, 0]
        kept = 1 - writing[..., None] * torch.sigmoid(erase)[:, None]
        memory = memory * kept + writing[..., None] * add[:, None]
        return self.out(torch.cat([hidden, read], 1)), (hidden, cell, memory, reading, writing, read)

    def forward(self, x):
        zeros = x.new_zeros(len(x), CONTROLLER)
        first = functional.one_hot(torch.zeros(len(x), dtype=torch.long), ROWS).to(x)
        state = zeros, zeros, self.memory.expand(len(x), -1, -1), first, first, x.new_zeros(len(x), WIDTH)
        said = []
        for part in x.unbind(1):
            y, state = self.step(part, state)
            said.append(y)
        return torch.stack(said, 1)


def train(model, random):
    """Short sequences first: the longest grow with the steps."""
    optimiser = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], RATE)
    for step in range(STEPS):
        optimiser.param_groups[0]["lr"] = RATE * (1 - step / STEPS)
        longest = min(LONGEST, 2 + step * 3 * LONGEST // (2 * STEPS))
        x, words = map(torch.from_numpy, sequences(BATCH, int(random.integers(1, longest + 1)), random))
        said = model(x)[:, -words.shape[1]:]
        loss = functional.binary_cross_entropy_with_logits(said, words)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 10)
        optimiser.step()
        if step % 50 == 0:
            print(f"step {step}: up to {longest} words, loss {loss.item():.4f}", file=sys.stderr)


def bits_right(said, words):
    """`said`: logits of all steps, of which the last ones count."""
    return ((said[:, -words.shape[1]:] > 0) == words).mean()


def main():
    random = numpy.random.default_rng(2)
    tests = [sequences(8, length, random) for length in range(1, LONGEST + 1)]
    if len(sys.argv) == 3 and sys.argv[1] == "check":
        print(f"{100 * bits_right(numpy.load(sys.argv[2]), tests[-1][1]):.2f} % of the bits are right")
        return
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    torch.manual_seed(1)
    model = Machine()
    train(model, numpy.random.default_rng(1))
    save_file(model.state_dict(), sys.argv[1])
    numpy.save("x.npy", tests[-1][0])
    with torch.no_grad():
        right = [bits_right(model(torch.from_numpy(x)).numpy(), words) for x, words in tests]
    print(f"{100 * min(right):.2f} % of the bits are right at the worst length up to {LONGEST}")


if __name__ == "__main__":
    main()
