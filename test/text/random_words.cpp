#include "test/text/random_words.h"

#include <algorithm>
#include <limits>

namespace lvsd::test {

namespace {

const std::vector<std::string>& awkward_words() {
  static const std::vector<std::string> words = {"web",       "a.example",
                                                 "a b",       " ",
                                                 "$x",        "a$x y",
                                                 "$x)",       "${x}",
                                                 "${_PWD}",   "$_HASH z",
                                                 "$$",        "{",
                                                 "} {",       "#",
                                                 "!",         "it's",
                                                 "''",        "\\",
                                                 "\\#",       "\\\\n",
                                                 "a\\",       "@lb1",
                                                 "@lb1 x",    "~SEQ(A, 3) x",
                                                 "$A=3",      "include",
                                                 "include x", "includea",
                                                 "fwmark",    "group",
                                                 "inst",      "auto",
                                                 "no",        "0",
                                                 "-1",        "\xff\xfe",
                                                 "\xc2\xa0",  "\xe3\x80\x80",
                                                 "日本",      "\xef\xbb\xbf",
                                                 "\t\v\f\r",  "x\r",
                                                 "\x01\x7f",  "=",
                                                 "a=b",       ",",
                                                 "(a)"};
  return words;
}

std::string random_bytes(Random& random, bool any) {
  std::string out;
  for (std::uint32_t left = 1 + random.below(12); left > 0; --left) {
    const char c = static_cast<char>(random.below(256));
    const bool is_plain = c != '"' && c != '\n' && c != '\0';
    out += any || is_plain ? c : '.';
  }
  return out;
}

}  // namespace

std::string random_word(Random& random) {
  if (random.chance(20)) return random_bytes(random, false);
  if (random.chance(2)) return std::string(5000, 'x') + random.one_of(awkward_words());
  std::string out = random.one_of(awkward_words());
  if (random.chance(20)) out += random.one_of(awkward_words());
  return out;
}

std::string random_option(Random& random) {
  return random.chance(25) ? random_word(random) : std::string();
}

std::string random_text(Random& random) {
  static const std::vector<std::string> more = {
      "\"", "\"a\"", std::string(1, '\0'), "\n", "\\0", "\r\n", "\\\"", "'\"'", "\\'"};
  if (random.chance(20)) return random_bytes(random, true);
  if (random.chance(30)) return random.one_of(more) + random_word(random);
  return random_word(random);
}

Script random_program(Random& random) {
  Script out;
  for (std::uint32_t left = 1 + random.below(3); left > 0; --left)
    out.argv.push_back(random.chance(10) ? std::string() : random_text(random));
  return out;
}

Script random_script(Random& random) {
  if (!random.chance(25)) return {};
  Script out = random_program(random);
  if (random.chance(50)) out.user = random_word(random);
  if (!out.user.empty() && random.chance(50)) out.group = random_word(random);
  return out;
}

std::int64_t random_number(Random& random, std::int64_t least, std::int64_t most) {
  if (random.chance(15)) return least;
  if (random.chance(15)) return most;
  const auto span = static_cast<std::uint64_t>(most - least);
  const std::uint64_t wide =
      (std::uint64_t{random.below(0xffffffff)} << 32 | random.below(0xffffffff));
  const std::uint64_t small = random.below(20);
  const std::uint64_t offset = random.chance(60) ? small : wide;
  return least + static_cast<std::int64_t>(span == std::numeric_limits<std::uint64_t>::max()
                                               ? offset
                                               : offset % (span + 1));
}

Duration random_time(Random& random, std::int64_t least) {
  constexpr std::int64_t longest = std::int64_t{2'147'483'647} * 1'000'000;
  Duration out(random_number(random, least, longest));
  if (random.chance(40)) out = std::chrono::seconds(1 + random.below(100));
  if (random.chance(40)) out = std::chrono::milliseconds(1 + random.below(5000));
  return std::max(out, Duration(least));
}

Address random_address(Random& random, Family family) {
  Address out;
  out.family = family;
  const bool sparse = random.chance(50);
  for (std::size_t i = 0; i < (family == Family::v4 ? 4 : 16); ++i)
    out.bytes[i] = static_cast<std::uint8_t>(sparse && random.chance(70) ? 0 : random.below(256));
  if (is_link_local(out)) out.bytes[0] = 0x20;
  return out;
}

}  // namespace lvsd::test
