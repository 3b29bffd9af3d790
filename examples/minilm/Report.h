// The three forms in which the program prints its results on standard output.
#pragma once

#include "WordPiece.h"

#include <string>
#include <vector>

namespace minilm {

/// One line of ids for each sentence.
void printTokens(const std::vector<Encoding> &encodings);

/// One line of `size` numbers for each row, enough digits to give back the same floats.
void printEmbeddings(const std::vector<float> &embeddings, size_t size);

/// The cosine of each pair of rows of unit length, with the sentences, shortened, at the end of their row.
void printSimilarity(const std::vector<float> &embeddings, size_t size, const std::vector<std::string> &sentences);

} // namespace minilm
