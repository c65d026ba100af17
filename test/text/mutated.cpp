#include "test/text/mutated.h"

#include <algorithm>
#include <sstream>

#include "config/keywords.h"
#include "config/scan.h"
#include "test/text/random_words.h"

namespace lvsd::test {

namespace {

using Texts = std::vector<std::string>;

const Texts& awkward_values() {
  static const Texts values = {"0",
                               "1",
                               "-1",
                               "4294967295",
                               "4294967296",
                               "2147483647",
                               "99999999999999999999",
                               "1.5",
                               "0.000001",
                               ".5",
                               "1d",
                               "3ms",
                               "007",
                               "0x10",
                               "yes",
                               "off",
                               "maybe",
                               "10.0.0.1",
                               "10.0.0.1/24",
                               "2001:db8::1",
                               "::",
                               "fe80::1",
                               "10.0.0.1-9",
                               "224.0.0.1",
                               "80",
                               "65535",
                               "65536",
                               "inet",
                               "inet6",
                               "fwmark",
                               "group",
                               "TUN",
                               "NAT",
                               "DR",
                               "type",
                               "gue",
                               "port",
                               "csum",
                               "reverse",
                               "\"\"",
                               "''",
                               "\"a b\"",
                               "\"{\"",
                               "\"'a' \\\"b\"",
                               "$x",
                               "${_PWD}",
                               "\"$x y\"",
                               "\\#",
                               "{",
                               "}",
                               "200-299 404"};
  return values;
}

std::string quoted_word(Random& random) {
  return "\"" + random_word(random) + "\"";
}

std::string random_value(const Argument& argument, Random& random) {
  if (random.chance(15)) return random.one_of(awkward_values());
  switch (argument.kind) {
    case ArgumentKind::number:
    case ArgumentKind::port:
      return std::to_string(random_number(random, argument.least, argument.most));
    case ArgumentKind::time:
      return random.one_of<std::string>({"1", "0.25", "7", "100ms", "2m"});
    case ArgumentKind::boolean:
      return random.one_of<std::string>({"yes", "no", "on", "false"});
    case ArgumentKind::address:
      return text(random_address(random, random.chance(50) ? Family::v4 : Family::v6));
    case ArgumentKind::choice: {
      Texts choices;
      each_word(argument.choices, [&](std::string_view one) { choices.emplace_back(one); });
      return random.one_of(choices);
    }
    case ArgumentKind::script:
      return "\"/bin/x 'a b' " + std::to_string(random.below(3)) + "\"";
    case ArgumentKind::none:
      return {};
    case ArgumentKind::word:
    case ArgumentKind::pattern:
    case ArgumentKind::words:
      break;
  }
  return random.chance(50) ? random.one_of(awkward_values()) : quoted_word(random);
}

std::string random_statement(Random& random) {
  const auto all = keywords();
  const Keyword& keyword = *all[random.below(static_cast<std::uint32_t>(all.size()))];
  std::string out(keyword.name);
  for (const Argument& argument : keyword.arguments) {
    if (argument.kind == ArgumentKind::none || (argument.optional && random.chance(50))) break;
    out += " " + random_value(argument, random);
  }
  if (keyword.opens != Opens::nothing && random.chance(90)) out += " {\n}";
  return out;
}

std::string with_other_word(const std::string& line, Random& random) {
  std::istringstream in(line);
  Texts words;
  for (std::string word; in >> word;)
    words.push_back(word);
  if (words.empty()) return line;
  std::string& word = words[random.below(static_cast<std::uint32_t>(words.size()))];
  word = random.chance(80) ? random.one_of(awkward_values()) : quoted_word(random);
  std::string out;
  for (const std::string& each : words)
    out += each + " ";
  return out;
}

void mutate(Texts& lines, Random& random) {
  const auto any = [&] {
    return lines.begin() + random.below(static_cast<std::uint32_t>(lines.size()));
  };
  switch (random.below(8)) {
    case 0:
      if (lines.size() > 1) lines.erase(any());
      break;
    case 1: {
      const std::string line = *any();
      lines.insert(any(), line);
      break;
    }
    case 2:
      std::iter_swap(any(), any());
      break;
    case 3:
    case 4:
      lines.insert(any(), random_statement(random));
      break;
    case 5:
      if (std::string& line = *any(); !line.empty())
        line[random.below(static_cast<std::uint32_t>(line.size()))] =
            static_cast<char>(random.below(256));
      break;
    default:
      *any() = with_other_word(*any(), random);
      break;
  }
}

}  // namespace

std::string mutated(const std::string& text, Random& random) {
  std::istringstream in(text);
  Texts lines;
  for (std::string line; std::getline(in, line);)
    lines.push_back(line);
  if (lines.empty()) lines.emplace_back();
  for (std::uint32_t left = 1 + random.below(8); left > 0; --left)
    mutate(lines, random);
  std::string out;
  for (const std::string& line : lines)
    out += line + "\n";
  return out;
}

}  // namespace lvsd::test
