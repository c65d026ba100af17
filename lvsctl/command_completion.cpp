#include <memory>
#include <string_view>

#include "api/config_views.h"
#include "lvsctl/command.h"
#include "lvsctl/completion.h"
#include "lvsctl/manual.h"
#include "lvsctl/page.h"
#include "lvsctl/words.h"

// `completion SHELL`: a script that asks `lvsctl __complete` for the next word, so that the shells
// know what this lvsctl knows and nothing is written twice. `__manual` is for the same end: the
// build makes lvsctl(1) of it.

namespace lvsd::ctl {
namespace {

// bash cuts words at colons and equals signs, too: the words are taken from the line, and what bash
// thinks to be another word before the last one is cut off the answers.
constexpr std::string_view bash = R"(# bash completion of lvsctl:  source <(lvsctl completion bash)
_lvsctl() {
  local line=${COMP_LINE:0:COMP_POINT} current before word
  local -a words
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  current=${words[${#words[@]} - 1]}
  before=${current%"${current##*[:=]}"}
  COMPREPLY=()
  while IFS= read -r word; do
    if [[ $word == :files ]]; then
      compopt -o default 2>/dev/null
      return
    fi
    COMPREPLY+=("${word#"$before"}")
  done < <("${words[0]}" --timeout 1s __complete -- "${words[@]:1}" 2>/dev/null)
  # "web/" goes on with its servers.
  if [[ ${COMPREPLY[0]} == */ ]]; then compopt -o nospace 2>/dev/null; fi
}
complete -F _lvsctl lvsctl
)";

constexpr std::string_view zsh = R"(#compdef lvsctl
# zsh completion of lvsctl: a file _lvsctl in $fpath, or  source <(lvsctl completion zsh)
_lvsctl() {
  local -a next
  next=("${(@f)$("${words[1]}" --timeout 1s __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ ${next[1]} == :files ]]; then
    _files
  else
    compadd -a next
  fi
}
if [[ ${funcstack[1]} == _lvsctl ]]; then
  _lvsctl "$@"
else
  compdef _lvsctl lvsctl
fi
)";

constexpr std::string_view fish = R"(# fish completion of lvsctl:  lvsctl completion fish | source
function __lvsctl_complete
    set -l current (commandline -ct)
    test -n "$current"; or set current ''
    set -l words (commandline -opc) $current
    set -l next ($words[1] --timeout 1s __complete -- $words[2..-1] 2>/dev/null)
    if test "$next[1]" = :files
        __fish_complete_path $current
    else
        printf '%s\n' $next
    end
end
complete -c lvsctl -f -a '(__lvsctl_complete)'
)";

// What cannot be asked has no names: a completion says nothing of errors.
template <class View>
std::vector<std::string> names(const Context& context, const Question& question,
                               std::string (*name)(const View&)) {
  std::vector<std::string> out;
  if (const auto list = page<std::vector<View>>(context, question))
    for (const View& item : list->view)
      out.push_back(name(item));
  return out;
}

// Of the server in every service.
std::string host_name(const api::ServerView& server) {
  return "@" + server.server;
}

// Of one service where the word says which; who waits for a word waits for no list of thousands.
std::vector<std::string> server_names(const Context& context, const std::string& current) {
  constexpr std::uint64_t most = 1000;
  Question question{api::Action::servers};
  const auto name = current.starts_with('@') ? host_name : name_text;
  if (const auto slash = current.find('/'); slash != current.npos) {
    question.query["service"] = current.substr(0, slash);
    return names<api::ServerView>(context, question, name);
  }
  const auto status = page<api::StatusView>(context, {api::Action::status});
  if (!status) return {};
  std::uint64_t count = 0;
  std::vector<std::string> services;
  for (const api::ServiceSummary& service : status->view.services) {
    count += service.count.total;
    services.push_back(service.service + "/");
  }
  return count > most ? services : names<api::ServerView>(context, question, name);
}

std::vector<std::string> service_names(const Context& context) {
  std::vector<std::string> out;
  if (const auto status = page<api::StatusView>(context, {api::Action::status}))
    for (const api::ServiceSummary& service : status->view.services)
      out.push_back(service.service);
  return out;
}

std::string generation_name(const api::PastConfigView& past) {
  return std::to_string(past.generation);
}

std::vector<std::string> generations(const Context& context) {
  return names<api::PastConfigView>(context, {api::Action::config_history}, generation_name);
}

}  // namespace

Run completion_command(CLI::App& command) {
  auto shell = std::make_shared<std::string>();
  command.add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}))
      ->option_text(" ");
  return [shell](const Context&) -> Output {
    const std::string_view script = *shell == "bash" ? bash : *shell == "zsh" ? zsh : fish;
    return {Exit::done, std::string(script), ""};
  };
}

Run manual_command(CLI::App& command) {
  auto page = std::make_shared<std::string>("lvsctl");
  command.add_option("PAGE", *page)->check(CLI::IsMember({"lvsctl", "doctor"}));
  const CLI::App* const app = command.get_parent();
  return [app, page](const Context&) -> Output {
    return {Exit::done, *page == "doctor" ? doctor_manual() : manual(*app), ""};
  };
}

Run complete_command(CLI::App& command) {
  auto words = std::make_shared<std::vector<std::string>>();
  command.add_option("WORDS", *words, "of the line so far, behind --");
  const CLI::App* const app = command.get_parent();
  return [words, app](const Context& context) {
    const Names known{[&] { return service_names(context); },
                      [&](const std::string& current) { return server_names(context, current); },
                      [&] { return generations(context); }};
    Output output;
    for (const std::string& word : next_words(*app, *words, known))
      output.out += word + "\n";
    return output;
  };
}

}  // namespace lvsd::ctl
