#include "lvsctl/completion.h"

#include <algorithm>
#include <span>
#include <string_view>

#include "config/scan.h"
#include "config/schedulers.h"
#include "lvsctl/keyword_views.h"
#include "model/event.h"

namespace lvsd::ctl {
namespace {

using Words = std::vector<std::string>;

bool all(const CLI::App*) {
  return true;
}

bool all_options(const CLI::Option*) {
  return true;
}

const CLI::App* part(const CLI::App& app, const std::string& word) {
  for (const CLI::App* sub : app.get_subcommands(all))
    if (sub->check_name(word)) return sub;
  return nullptr;
}

// Of a command, or of those it belongs to: their options may stand behind it.
const CLI::Option* option(const CLI::App& app, const std::string& word) {
  const std::string name = word.substr(0, word.find('='));
  for (const CLI::App* owner = &app; owner != nullptr; owner = owner->get_parent())
    for (const CLI::Option* candidate : owner->get_options(all_options))
      if (!candidate->get_positional() && candidate->check_name(name)) return candidate;
  return nullptr;
}

bool takes_value(const CLI::Option& option) {
  return option.get_items_expected_max() > 0;
}

Words words_of(std::span<const EventKind> kinds) {
  Words out;
  for (const EventKind kind : kinds)
    out.emplace_back(lvsd::text(kind));
  return out;
}

Words words_of(const Argument& choice) {
  Words out;
  each_word(choice.choices, [&out](std::string_view word) { out.emplace_back(word); });
  return out;
}

// By the name that stands in the help.
Words values(const std::string& name, const std::string& current, const Names& names) {
  if (name == "--output") return {"table", "wide", "json", "yaml", "csv", "name"};
  if (name == "--color") return {"auto", "always", "never"};
  if (name == "ACTION") return {"fix", "show"};
  if (name == "--count-by") return {"client", "protocol", "server", "service", "state"};
  if (name == "--top") return {"clients", "servers", "services", "states"};
  if (name == "SHELL") return {"bash", "zsh", "fish"};
  if (name == "FORMAT") return {"ipvsadm", "kernel", "keepalived"};
  if (name == "--format") return {"ipvsadm", "json", "lvsd"};
  if (name == "--units") return {"none", "si"};
  if (name == "GENERATION" || name == "--generation") return names.generations();
  if (name == "--until") return {"active", "all", "templates", "usual"};
  if (name == "what") return {"max_connections", "scheduler", "weight"};
  if (name == "value") return words_of(scheduler_argument());
  if (name == "LEVEL") return {"debug", "error", "info", "notice", "warning"};
  if (name == "WORD") return spellings();
  if (name == "--then") return {"disable"};
  if (name == "TIMEOUT") return {"tcp", "tcpfin", "udp"};
  if (name == "SERVICE" || name == "--service") return names.services();
  if (name == "--event") return words_of(event_kinds());
  if (name == "--severity") return {"info", "notice", "warning", "error", "critical"};
  if (name == "SERVER") return names.servers(current);
  if (name == "TARGET") {
    Words out = names.services();
    const Words servers = names.servers(current);
    out.insert(out.end(), servers.begin(), servers.end());
    return out;
  }
  if (name == "FILE" || name == "--socket" || name == "-O") return {any_file};
  return {};
}

// The place on the line that the next word takes.
struct Place {
  const CLI::App* command;
  std::size_t positional = 0;            // how many of them stand before
  std::string last{};                    // of those
  const CLI::Option* waiting = nullptr;  // for its value
};

Place place_after(const CLI::App& app, const Words& words) {
  Place place{&app};
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const std::string& word = words[i];
    if (place.waiting != nullptr) {
      place.waiting = nullptr;
    } else if (word.starts_with('-')) {
      const auto* found = option(*place.command, word);
      if (found != nullptr && takes_value(*found) && word.find('=') == word.npos)
        place.waiting = found;
    } else if (const auto* sub = part(*place.command, word)) {
      place.command = sub;
    } else {
      ++place.positional;
      place.last = word;
    }
  }
  return place;
}

Words options(const CLI::App& app) {
  Words out;
  for (const CLI::App* owner = &app; owner != nullptr; owner = owner->get_parent())
    for (const CLI::Option* option : owner->get_options(all_options)) {
      if (option->get_positional() || option->get_group().empty()) continue;
      for (const std::string& name : option->get_lnames())
        out.push_back("--" + name);
      if (option->get_lnames().empty())
        for (const std::string& name : option->get_snames())
          out.push_back("-" + name);
    }
  return out;
}

Words parts_and_positionals(const Place& place, const std::string& current, const Names& names) {
  Words out;
  for (const CLI::App* sub : place.command->get_subcommands(all))
    if (place.positional == 0 && !sub->get_group().empty()) out.push_back(sub->get_name());
  std::size_t number = 0;
  for (const CLI::Option* option : place.command->get_options(all_options))
    if (option->get_positional() && number++ == place.positional) {
      const std::string name = option->get_name(true);
      if (name == "value" && place.last != "scheduler") continue;  // a number
      Words more = values(name, current, names);
      out.insert(out.end(), more.begin(), more.end());
    }
  return out;
}

Words candidates(const Place& place, const std::string& current, const Names& names) {
  if (place.waiting != nullptr) return values(place.waiting->get_name(), current, names);
  if (!current.starts_with('-')) return parts_and_positionals(place, current, names);
  const auto equals = current.find('=');
  if (equals == current.npos) return options(*place.command);
  const auto* found = option(*place.command, current);
  if (found == nullptr) return {};
  Words out = values(found->get_name(), current.substr(equals + 1), names);
  for (std::string& value : out)
    if (value != any_file) value.insert(0, current.substr(0, equals + 1));
  return out;
}

}  // namespace

Words next_words(const CLI::App& app, const Words& words, const Names& names) {
  if (words.empty()) return {};
  const std::string& current = words.back();
  Words out = candidates(place_after(app, words), current, names);
  std::erase_if(
      out, [&](const std::string& word) { return word != any_file && !word.starts_with(current); });
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace lvsd::ctl
