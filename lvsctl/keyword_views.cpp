#include "lvsctl/keyword_views.h"

#include <set>
#include <sstream>

namespace lvsd::ctl {
namespace {

std::vector<std::string> words_of(std::string_view text) {
  std::istringstream stream{std::string(text)};
  std::vector<std::string> out;
  for (std::string word; stream >> word;)
    out.push_back(word);
  return out;
}

std::string_view text(ArgumentKind kind) {
  switch (kind) {
    case ArgumentKind::none:
      return "none";
    case ArgumentKind::word:
      return "word";
    case ArgumentKind::number:
      return "number";
    case ArgumentKind::time:
      return "time";
    case ArgumentKind::boolean:
      return "boolean";
    case ArgumentKind::address:
      return "address";
    case ArgumentKind::port:
      return "port";
    case ArgumentKind::choice:
      return "choice";
    case ArgumentKind::script:
      return "script";
    case ArgumentKind::pattern:
      return "pattern";
    case ArgumentKind::words:
      return "words";
  }
  return "?";
}

std::string_view text(Effect effect) {
  switch (effect) {
    case Effect::acted:
      return "acted on";
    case Effect::inert:
      return "not acted on yet";
    case Effect::obsolete:
      return "obsolete";
  }
  return "?";
}

api::ArgumentView argument_view(const Argument& argument) {
  api::ArgumentView view{.kind = std::string(text(argument.kind)),
                         .label = std::string(label(argument)),
                         .text = lvsd::text(argument),
                         .optional = argument.optional,
                         .choices = words_of(argument.choices)};
  const bool time = argument.kind == ArgumentKind::time;
  if (time || argument.kind == ArgumentKind::number || argument.kind == ArgumentKind::port) {
    const double unit = time ? 1e6 : 1;
    view.least = static_cast<double>(argument.least) / unit;
    view.most = static_cast<double>(argument.most) / unit;
  }
  return view;
}

}  // namespace

api::KeywordView keyword_view(const Keyword& keyword) {
  api::KeywordView view{.keyword = std::string(keyword.name),
                        .usage = usage(keyword),
                        .help = std::string(keyword.help),
                        .synonyms = words_of(keyword.synonyms),
                        .aliases = words_of(keyword.aliases),
                        .effect = std::string(text(keyword.effect)),
                        .origin = keyword.ours ? "lvsd" : "keepalived",
                        .inherited = keyword.inherited,
                        .since = std::string(keyword.since)};
  for (std::size_t b = 0; b < block_count; ++b)
    if (const auto block = static_cast<Block>(b); keyword.blocks.has(block))
      view.blocks.emplace_back(lvsd::text(block));
  if (keyword.opens != Opens::nothing) view.opens = std::string(lvsd::text(keyword.block));
  if (!keyword.fallback.empty()) view.fallback = std::string(keyword.fallback);
  for (const Argument& argument : keyword.arguments)
    if (argument.kind != ArgumentKind::none) view.arguments.push_back(argument_view(argument));
  return view;
}

std::vector<api::KeywordView> keyword_views(std::span<const Keyword* const> keywords) {
  std::vector<api::KeywordView> out;
  for (const Keyword* keyword : keywords)
    out.push_back(keyword_view(*keyword));
  return out;
}

std::vector<std::string> spellings() {
  std::set<std::string> out;
  for (const Keyword* keyword : keywords()) {
    out.emplace(keyword->name);
    for (const std::string_view list : {keyword->aliases, keyword->synonyms})
      for (std::string& word : words_of(list))
        out.insert(std::move(word));
  }
  return {out.begin(), out.end()};
}

}  // namespace lvsd::ctl
