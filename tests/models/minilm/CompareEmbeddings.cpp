// Compares rows of numbers on standard input with a float32 .npy table: compare-embeddings EXPECTED.npy
// Every row must lie within 1e-4 in each number and within 1e-5 in cosine distance; a NaN never does.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace {

constexpr double maximumDifference = 1e-4, maximumCosineDistance = 1e-5;

struct Table {
  size_t rows = 0, columns = 0;
  std::vector<float> values;
};

[[noreturn]] void fail(const std::string &reason) {
  std::cerr << "compare-embeddings: " << reason << '\n';
  std::exit(1);
}

/// Reads the one kind of file that make_embeddings.py writes: format 1.0, little-endian float32, rank 2.
Table readTable(const char *path) {
  std::ifstream stream(path, std::ios::binary);
  std::string file((std::istreambuf_iterator<char>(stream)), {});
  if (!stream || file.size() < 10 || file.compare(0, 8, std::string("\x93NUMPY\x01\0", 8)) != 0)
    fail(std::string(path) + " is not a .npy file of format 1.0");
  size_t headerSize = uint8_t(file[8]) | uint8_t(file[9]) << 8;
  std::string header = file.substr(10, headerSize);
  Table table;
  size_t shape = header.find("'shape': (");
  if (header.find("'<f4'") == std::string::npos || header.find("'fortran_order': False") == std::string::npos ||
      shape == std::string::npos ||
      std::sscanf(header.c_str() + shape, "'shape': (%zu, %zu)", &table.rows, &table.columns) != 2)
    fail(std::string(path) + " does not hold a float32 matrix");
  table.values.resize(table.rows * table.columns);
  if (file.size() != 10 + headerSize + table.values.size() * sizeof(float))
    fail(std::string(path) + " has another size than its shape says");
  std::memcpy(table.values.data(), file.data() + 10 + headerSize, table.values.size() * sizeof(float));
  return table;
}

std::vector<double> readRow(const std::string &line, size_t row) {
  std::vector<double> numbers;
  std::istringstream stream(line);
  for (std::string word; stream >> word;) {
    char *end;
    numbers.push_back(std::strtod(word.c_str(), &end));
    if (*end != '\0')
      fail("row " + std::to_string(row) + ", number " + std::to_string(numbers.size()) + ": '" + word +
           "' is no number");
  }
  return numbers;
}

struct Distance {
  double difference = 0, cosine = 0;
};

Distance distanceOf(const std::vector<double> &actual, const float *expected) {
  Distance distance;
  double product = 0, actualSquare = 0, expectedSquare = 0;
  for (size_t i = 0; i < actual.size(); ++i) {
    // A NaN must stay: no later difference is greater than it.
    if (double difference = std::fabs(actual[i] - expected[i]);
        std::isnan(difference) || difference > distance.difference)
      distance.difference = difference;
    product += actual[i] * expected[i];
    actualSquare += actual[i] * actual[i];
    expectedSquare += double(expected[i]) * expected[i];
  }
  distance.cosine = 1 - product / std::sqrt(actualSquare * expectedSquare);
  return distance;
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 2)
    fail("usage: compare-embeddings EXPECTED.npy < ROWS");
  Table expected = readTable(argv[1]);
  Distance worst;
  size_t row = 0;
  for (std::string line; std::getline(std::cin, line); ++row) {
    std::vector<double> actual = readRow(line, row + 1);
    if (actual.size() != expected.columns)
      fail("row " + std::to_string(row + 1) + " has " + std::to_string(actual.size()) + " numbers, expected " +
           std::to_string(expected.columns));
    if (row >= expected.rows)
      fail("more than " + std::to_string(expected.rows) + " rows");
    Distance distance = distanceOf(actual, &expected.values[row * expected.columns]);
    if (!(distance.difference <= maximumDifference && distance.cosine <= maximumCosineDistance))
      fail("row " + std::to_string(row + 1) + ": maximum difference " + std::to_string(distance.difference) +
           ", cosine distance " + std::to_string(distance.cosine));
    worst = {std::max(worst.difference, distance.difference), std::max(worst.cosine, distance.cosine)};
  }
  if (row != expected.rows)
    fail(std::to_string(expected.rows) + " rows expected, got " + std::to_string(row));
  std::printf("%zu rows: maximum difference %.3g, cosine distance %.3g\n", row, worst.difference, worst.cosine);
}
