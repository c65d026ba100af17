#pragma once

#include <string>
#include <vector>

namespace lvsd {

// Words as execve takes them, with the null at their end. They outlive it.
inline std::vector<char*> exec_vector(const std::vector<std::string>& words) {
  std::vector<char*> out;
  out.reserve(words.size() + 1);
  for (const std::string& word : words)
    out.push_back(const_cast<char*>(word.c_str()));
  out.push_back(nullptr);
  return out;
}

}  // namespace lvsd
