#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "config/keywords.h"
#include "config/scan.h"

using namespace lvsd;

// test/fuzz/config.dict: what libFuzzer puts into files, so that it gets behind the keywords. With
// LVSD_WRITE_GOLDEN set it is written anew.

namespace {

const char* const path = LVSD_SOURCE_DIR "/test/fuzz/config.dict";

std::string entry(std::string_view word) {
  std::string out = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\') out += '\\';
    const bool plain = c >= ' ' && c <= '~';
    out += plain ? std::string(1, c) : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
  return out + "\"\n";
}

// What is no word of the table: marks, values, and starts of further files (config_fuzz.cpp).
constexpr std::string_view others[] = {"{",
                                       "}",
                                       " {\n",
                                       "\n}\n",
                                       "\"",
                                       "'",
                                       "\\",
                                       "#",
                                       "!",
                                       "$A",
                                       "${A}",
                                       "$A=",
                                       "@a ",
                                       "@^a ",
                                       "~SEQ(a,",
                                       "~LST(",
                                       "~SEQx(",
                                       "=",
                                       "include ",
                                       "includea ",
                                       "includeb {a,b}",
                                       "fwmark ",
                                       "group ",
                                       "10.0.0.1",
                                       "/24",
                                       "-10.0.0.9",
                                       "2001:db8::1",
                                       "0.0.0.0",
                                       "+++ a\n",
                                       "+++ b\n",
                                       "4294967295",
                                       "-1",
                                       "0.000001",
                                       "1d",
                                       "\xef\xbb\xbf",
                                       "\xc2\xa0",
                                       "${_ENV A}",
                                       "${_RANDOM 1 2}",
                                       "${_PWD}",
                                       "${_DOLLAR}",
                                       "\r\n",
                                       "tcp ",
                                       "inst "};

std::string dictionary() {
  std::set<std::string> words(std::begin(others), std::end(others));
  const auto add = [&](std::string_view word) { words.emplace(word); };
  for (const Keyword* keyword : keywords()) {
    add(keyword->name);
    each_word(keyword->aliases, add);
    each_word(keyword->synonyms, add);
    for (const Argument& argument : keyword->arguments)
      each_word(argument.choices, add);
  }
  std::string out;
  for (const std::string& word : words)
    out += entry(word);
  return out;
}

}  // namespace

TEST_CASE("the dictionary of the fuzzer holds every word of the table") {
  if (std::getenv("LVSD_WRITE_GOLDEN") != nullptr) std::ofstream(path) << dictionary();
  std::ifstream in(path);
  std::ostringstream held;
  held << in.rdbuf();
  CHECK(held.str() == dictionary());
}
