// Writes lvsd.conf(5) in scdoc's language: the hand-written text of standard input, with the
// sections of keywords and codes from the table of the configuration language.
//
//   conf_man_page < lvsd.conf.5.scd     the page
//   conf_man_page --words               every word that must be found in it

#include <fmt/format.h>

#include <iostream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/codes.h"
#include "config/keywords.h"
#include "config/scan.h"

using namespace lvsd;

namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\*_<>#~").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string bold(std::string_view word) {
  return "*" + escaped(word) + "*";
}

std::string listed(std::string_view words) {
  std::string out;
  each_word(words, [&](std::string_view word) { out += (out.empty() ? "" : ", ") + bold(word); });
  return out;
}

std::string capitalised(std::string text) {
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z')
    text.front() = static_cast<char>(text.front() - 32);
  return text;
}

std::string ranges(const Keyword& keyword) {
  std::string out;
  for (const Argument& argument : keyword.arguments) {
    const bool telling =
        argument.kind == ArgumentKind::number || argument.kind == ArgumentKind::choice;
    if (telling) out += " " + capitalised(escaped(text(argument))) + ".";
  }
  return out;
}

std::string entry(const Keyword& keyword) {
  std::string out = bold(keyword.name) + escaped(usage(keyword).substr(keyword.name.size())) +
                    "\n\t" + capitalised(escaped(keyword.help)) + "." + ranges(keyword);
  if (!keyword.fallback.empty()) out += " Default: " + escaped(keyword.fallback) + ".";
  if (!keyword.aliases.empty()) out += " Old: " + listed(keyword.aliases) + ".";
  if (!keyword.synonyms.empty()) out += " Also: " + listed(keyword.synonyms) + ".";
  if (keyword.effect == Effect::obsolete) out += " It has no effect any more.";
  if (keyword.ours) out += " Not in keepalived.";
  return out + "\n\n";
}

std::string title(Block block) {
  return block == Block::root ? "TOP LEVEL" : std::string(text(block));
}

// What a block knows; a row that stood in an earlier section is only named.
std::string section(Block block, std::set<const Keyword*>& told) {
  std::string entries;
  std::string again;
  for (const Keyword* keyword : keywords()) {
    if (!keyword->blocks.has(block) || keyword->effect == Effect::inert) continue;
    if (told.insert(keyword).second) {
      entries += entry(*keyword);
    } else {
      again += (again.empty() ? "" : ", ") + bold(keyword->name);
    }
  }
  if (entries.empty() && again.empty()) return {};
  std::string out = "## " + escaped(title(block)) + "\n\n" + entries;
  if (!again.empty()) out += "As above: " + again + ".\n\n";
  return out;
}

std::string inert_section(Block block) {
  std::string names;
  for (const Keyword* keyword : keywords())
    if (keyword->blocks.has(block) && keyword->effect == Effect::inert)
      names += (names.empty() ? "" : ", ") + bold(keyword->name);
  if (names.empty()) return {};
  return capitalised(block == Block::root ? "at the top level" : "in " + bold(text(block))) + ": " +
         names + ".\n\n";
}

std::string keyword_sections() {
  std::string out = "# KEYWORDS\n\n";
  std::set<const Keyword*> told;
  for (std::size_t b = 0; b < block_count; ++b)
    out += section(static_cast<Block>(b), told);
  out += "# KNOWN AND NOT ACTED ON\n\n";
  for (std::size_t b = 0; b < block_count; ++b)
    out += inert_section(static_cast<Block>(b));
  return out;
}

std::string code_section() {
  std::string out;
  for (const CodeInfo& row : codes())
    out += fmt::format("*{}* ({})\n\t{}.\n\n", text(row.code), text(row.severity),
                       capitalised(escaped(row.summary)));
  return out;
}

void replace(std::string& page, std::string_view mark, const std::string& text) {
  page.replace(page.find(mark), mark.size(), text);
}

void print_words() {
  std::set<std::string_view> words;
  for (const Keyword* keyword : keywords())
    words.insert(keyword->name);
  for (const std::string_view word : words)
    fmt::print("{}\n", word);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == "--words") {
    print_words();
    return 0;
  }
  std::string page(std::istreambuf_iterator<char>(std::cin), {});
  replace(page, "@KEYWORDS@", keyword_sections());
  replace(page, "@CODES@", code_section());
  fmt::print("{}", page);
}
