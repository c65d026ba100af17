#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "api/find.h"
#include "lvsctl/command.h"
#include "lvsctl/keyword_views.h"
#include "lvsctl/page.h"

// `explain`: the configuration language, from the table that it is parsed by.

namespace lvsd::ctl {
namespace {

using api::KeywordView;

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words)
    out += (out.empty() ? "" : ", ") + word;
  return out;
}

std::string places(const KeywordView& keyword) {
  std::vector<std::string> names = keyword.blocks;
  std::replace(names.begin(), names.end(), std::string(), std::string("the top level"));
  return joined(names);
}

std::string effect_text(const KeywordView& keyword) {
  if (keyword.effect == "not acted on yet") return "known and checked, not acted on yet";
  if (keyword.effect == "obsolete") return "none, in keepalived neither";
  return "";
}

std::string origin_text(const KeywordView& keyword) {
  return (keyword.origin == "lvsd" ? "lvsd's own word" : "keepalived's word") +
         std::string(", since lvsd ") + keyword.since;
}

// Lines whose label is said once; none for an empty text.
void add_line(std::string& out, std::string_view label, std::string_view text) {
  if (!text.empty()) out += fmt::format("    {:<10}{}\n", label, text);
}

std::string explanation(const KeywordView& keyword, const Screen& screen) {
  std::string out = painted(keyword.usage, Style::strong, screen.color) + "\n";
  out += "    " + keyword.help + "\n";
  add_line(out, "in", places(keyword));
  for (const api::ArgumentView& argument : keyword.arguments)
    if (argument.text != argument.label)
      add_line(out,
               argument.kind == "choice" && argument.label.find(' ') != std::string::npos
                   ? "one of"
                   : argument.label,
               argument.text + (argument.optional ? "; may be left out" : ""));
  add_line(out, "default", keyword.fallback.value_or(""));
  if (keyword.inherited) add_line(out, "inherited", "from the blocks around it, where not said");
  add_line(out, "also", joined(keyword.synonyms));
  add_line(out, "formerly", joined(keyword.aliases));
  add_line(out, "effect", effect_text(keyword));
  add_line(out, "origin", origin_text(keyword));
  return out;
}

Output unknown(const std::string& word) {
  std::string message = "'" + word + "' is no word of the configuration language";
  if (const auto near = api::near_matches(word, spellings(), 3); !near.empty())
    message += "; did you mean " + joined(near) + "?";
  return failed({Exit::no_such_object, message});
}

// What is acted on before what is not, the outer block before the inner.
std::pair<Effect, std::size_t> place_in_list(const Keyword& keyword) {
  std::size_t block = 0;
  while (block < block_count && !keyword.blocks.has(static_cast<Block>(block)))
    ++block;
  return {keyword.effect, block};
}

Output explained(const Context& context, const std::string& word) {
  auto found = find_keywords(word);
  if (found.empty()) return unknown(word);
  std::stable_sort(found.begin(), found.end(), [](const Keyword* a, const Keyword* b) {
    return place_in_list(*a) < place_in_list(*b);
  });
  const auto views = keyword_views(found);
  if (context.format == Format::json) return local_json(context, views);
  Output output;
  for (const KeywordView& view : views) {
    if (context.format == Format::name)
      output.out += view.keyword + "\n";
    else
      output.out += (output.out.empty() ? "" : "\n") + explanation(view, context.screen);
  }
  return output;
}

Output everything(const Context& context, bool in_full) {
  const auto views = keyword_views(keywords());
  if (context.format == Format::json) return local_json(context, views);
  Output output;
  if (context.format == Format::name) {
    for (const std::string& word : spellings())
      output.out += word + "\n";
  } else if (in_full) {
    for (const KeywordView& view : views)
      output.out += (output.out.empty() ? "" : "\n") + explanation(view, context.screen);
  } else {
    Table table;
    table.columns = {{"WORD"}, {"IN", false, 1}, {"IS"}};
    for (const KeywordView& view : views)
      table.rows.push_back({{view.keyword}, {places(view)}, {view.help}});
    output.out = text(table, context.screen);
  }
  return output;
}

}  // namespace

Run explain_command(CLI::App& command) {
  auto word = std::make_shared<std::string>();
  auto all = std::make_shared<bool>(false);
  auto* option = command.add_option("WORD", *word, "without one, a list of all");
  option->option_text(" ");
  command.add_flag("--all", *all, "all of them, in full")->excludes(option);
  return [word, all](const Context& context) {
    return word->empty() ? everything(context, *all) : explained(context, *word);
  };
}

}  // namespace lvsd::ctl
