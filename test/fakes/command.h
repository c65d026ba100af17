#pragma once

#include <string>

namespace lvsd::test {

// What a shell's command prints.
std::string output_of(const std::string& command);

// Where a program of this build is: "lvsctl/lvsctl".
std::string built(const std::string& program);

}  // namespace lvsd::test
