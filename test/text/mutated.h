#pragma once

#include <string>

#include "test/text/random.h"

namespace lvsd::test {

// A configuration file with a few mistakes and whims: lines gone, repeated, moved, words replaced,
// statements of any keyword put anywhere, and bytes that are none of the language.
std::string mutated(const std::string& text, Random& random);

}  // namespace lvsd::test
