#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "api/filter.h"
#include "api/routes.h"
#include "daemon/config_file.h"
#include "lvsctl/command_line.h"
#include "test/text/facts.h"

using namespace lvsd;
using namespace lvsd::ctl;
using Json = nlohmann::ordered_json;

namespace {

const std::string folder = LVSD_SOURCE_DIR "/test/lvsctl/";

// The items of a list that a filter chooses.
template <class View>
Json chosen_items(const Json& list, const std::string& terms) {
  const auto filter = api::filter_of<View>(terms);
  REQUIRE(filter.has_value());
  const auto views = api::document<std::vector<View>>(list.dump()).value().view;
  Json items = Json::array();
  for (std::size_t i = 0; i < views.size(); ++i)
    if (filter->holds(api::fields_of(views[i]))) items.push_back(list.at("items").at(i));
  return items;
}

// A list that the scene has whole, filtered as the daemon would; nothing: it has none.
std::optional<Json> filtered_list(const Json& answers, const std::string& target) {
  const auto routed = api::routed({.target = target}, {});
  const auto* call = std::get_if<api::Call>(&routed);
  if (call == nullptr || !call->query.contains("filter")) return std::nullopt;
  const auto whole = answers.find("GET " + api::path_of(call->action));
  if (whole == answers.end()) return std::nullopt;
  Json out = *whole;
  const std::string& terms = call->query.at("filter");
  out["items"] = call->action == api::Action::services
                     ? chosen_items<api::ServiceView>(*whole, terms)
                     : chosen_items<api::ServerView>(*whole, terms);
  return out;
}

// The daemon of a scene: what it has an answer for, and else a 404 without a body worth reading. Of
// several answers each is given once, the last one for ever; null is an lvsd that is not there.
Ask scene(const std::string& name) {
  std::ifstream file(folder + "scenes/" + name + ".json");
  if (!file)
    return [name](api::Method, const std::string&, const std::string&) -> Answer {
      return Failure{Exit::unreachable, "lvsd is not reachable at " + name};
    };
  const auto answers = std::make_shared<Json>(Json::parse(file));
  return [answers](api::Method method, const std::string& target, const std::string&) -> Answer {
    const auto found = answers->find(std::string(api::text(method)) + " " + target);
    if (found == answers->end()) {
      const auto list = filtered_list(*answers, target);
      return list ? Reply{200, list->dump()} : Reply{404, "no " + target};
    }
    Json answer = *found;
    if (found->is_array()) {
      answer = found->front();
      if (found->size() > 1) found->erase(found->begin());
    }
    if (answer.is_string()) return Reply{200, answer.get<std::string>()};
    if (answer.is_null()) return Failure{Exit::unreachable, "lvsd is not reachable"};
    const bool problem = answer.contains("title");
    return Reply{problem ? answer.at("status").get<int>() : 200, answer.dump()};
  };
}

// Its streams: each piece in turn, then the end.
Follow stream(const std::string& name) {
  std::ifstream file(folder + "scenes/" + name + ".json");
  const Json answers = file ? Json::parse(file) : Json::object();
  return [answers, name](const std::string& target, const Take& take) -> Answer {
    const auto found = answers.find("FOLLOW " + target);
    if (found == answers.end())
      return Failure{Exit::unreachable, "lvsd is not reachable at " + name + " for " + target};
    for (const Json& piece : *found)
      if (!take(piece.get<std::string>())) break;
    return Reply{200, ""};
  };
}

// What a command line would have been run with.
int shown_run(const std::string& line, const std::map<std::string, std::string>& variables,
              std::string& out) {
  out += "run: " + line + "\n";
  for (const auto& [name, value] : variables)
    out += "  " + name + "='" + value + "'\n";
  return line == "false" ? 1 : 0;
}

// What the machine looks like, by scenes/NAME.facts.
doctor::Facts facts_of(const std::string& name, std::optional<doctor::RunningDaemon> lvsd) {
  std::stringstream text;
  text << std::ifstream(folder + "scenes/" + name + ".facts").rdbuf();
  doctor::Facts out = test::facts(text.str());
  if (lvsd) lvsd->may_change_network = true;
  out.lvsd = std::move(lvsd);
  return out;
}

struct Typed {
  std::map<std::string, std::string> environment;
  std::vector<std::string> words;
};

// "COLUMNS=80 lvsctl show web"
Typed typed(const std::string& line) {
  Typed out;
  std::istringstream words(line);
  bool command = false;
  for (std::string word; words >> word;) {
    const auto equals = word.find('=');
    if (command)
      out.words.push_back(word == "''" ? "" : word);
    else if (word == "lvsctl")
      command = true;
    else
      out.environment[word.substr(0, equals)] = word.substr(equals + 1);
  }
  return out;
}

std::string with_visible_escapes(std::string text) {
  for (std::size_t at = 0; (at = text.find('\x1b', at)) != text.npos;)
    text.replace(at, 1, "␛");
  for (std::size_t at = 0; (at = text.find('\r', at)) != text.npos;)
    text.replace(at, 1, "␍");
  return text;
}

std::string as_standard_error(const std::string& text) {
  std::istringstream lines(text);
  std::string out;
  for (std::string line; std::getline(lines, line);)
    out += "! " + line + "\n";
  return out;
}

std::string played(const std::string& line) {
  const Typed what = typed(line);
  Surroundings surroundings;
  if (what.environment.contains("COLUMNS"))
    surroundings.terminal_width = std::stoul(what.environment.at("COLUMNS"));
  surroundings.no_color = what.environment.contains("NO_COLOR");
  surroundings.unicode = !what.environment.contains("LANG");
  surroundings.machine = this_machine();
  surroundings.machine.reading = {.config_id = "lb1"};
  surroundings.machine.now = [] { return *api::parse_moment("2026-08-20T14:34:12.201+09:00"); };
  // Time passes only while somebody waits; it is interrupted with STOP=seconds.
  const auto time = std::make_shared<std::chrono::milliseconds>(0);
  const int stop =
      what.environment.contains("STOP") ? std::stoi(what.environment.at("STOP")) : 1000000;
  surroundings.machine.uptime = [time] { return *time; };
  surroundings.machine.pause = [time, stop](std::chrono::milliseconds length) {
    *time += length;
    return *time < std::chrono::seconds(stop);
  };
  surroundings.machine.standard_input = [&what]() -> Result<std::string> {
    if (!what.environment.contains("INPUT")) return Error{{}, "standard input is a terminal"};
    return *disk_files().read(folder + "files/" + what.environment.at("INPUT"));
  };
  surroundings.machine.facts = [&what](const doctor::Questions&, auto lvsd) {
    return facts_of(what.environment.at("FACTS"), std::move(lvsd));
  };
  surroundings.machine.names = [](const std::set<Address>& asked, std::chrono::milliseconds) {
    AddressNames known;
    for (const char* host : {"10.0.0.13", "203.0.113.10", "198.51.100.7", "2001:db8::25"})
      if (asked.contains(*parse_address(host)))
        known.emplace(*parse_address(host), "host" + std::to_string(known.size()) + ".example");
    return known;
  };
  surroundings.error_is_terminal = what.environment.contains("TERM");
  surroundings.connect = [](const std::filesystem::path& socket, std::chrono::milliseconds) {
    return scene(socket == "/run/lvsd/lvsd.sock" ? "site" : socket.string());
  };
  surroundings.follow = [](const std::filesystem::path& socket, std::chrono::milliseconds) {
    return stream(socket == "/run/lvsd/lvsd.sock" ? "site" : socket.string());
  };
  std::string printed;
  std::string told;  // since something was printed
  const auto settle = [&] { printed += as_standard_error(std::exchange(told, {})); };
  surroundings.print = [&](std::string_view text) {
    settle();
    printed += text;
  };
  surroundings.tell = [&](std::string_view text) { told += text; };
  surroundings.machine.run = [&](const std::string& command, const auto& variables) {
    settle();
    return shown_run(command, variables, printed);
  };
  surroundings.machine.replace = [&](const std::string& path, const std::string&,
                                     const std::string& after) -> Result<void> {
    settle();
    if (what.environment.contains("FULL"))
      return Error{std::make_error_code(std::errc::no_space_on_device), "writing '" + path + "'"};
    printed += "written to " + path + ":\n" + after;
    return {};
  };
  // lvsd's own file is one of the test's.
  if (what.environment.contains("CONF"))
    surroundings.machine.files.read = [conf = folder + "files/" + what.environment.at("CONF")](
                                          const std::string&) { return disk_files().read(conf); };
  surroundings.machine.sleep = [](std::chrono::milliseconds) {};
  const Output output = outcome(what.words, surroundings);
  settle();
  printed += output.out + as_standard_error(output.err);
  return "$ " + line + "\n" + with_visible_escapes(std::move(printed)) + "exit " +
         std::to_string(static_cast<int>(output.exit)) + "\n";
}

// The text before the first command, and each command's block, without the blank lines between.
std::pair<std::string, std::vector<std::string>> blocks(std::istream& file) {
  std::string preface;
  std::vector<std::string> out;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("$ ")) out.emplace_back();
    (out.empty() ? preface : out.back()) += line + "\n";
  }
  for (std::string& block : out)
    while (block.ends_with("\n\n"))
      block.pop_back();
  return {preface, out};
}

std::string first_line(const std::string& block) {
  return block.substr(2, block.find('\n') - 2);
}

}  // namespace

TEST_CASE("the transcript of every command is what is printed") {
  std::ifstream file(folder + "transcript.txt");
  const auto [preface, expected] = blocks(file);
  REQUIRE(expected.size() > 50);
  std::string now = preface;
  for (const std::string& block : expected) {
    const std::string actual = played(first_line(block));
    CHECK(actual == block);
    now += actual + "\n";
  }
  if (std::getenv("LVSD_WRITE_TRANSCRIPT")) std::ofstream(folder + "transcript.txt") << now;
}

TEST_CASE("every command and every format is in the transcript") {
  std::ifstream file(folder + "transcript.txt");
  std::stringstream whole;
  whole << file.rdbuf();
  for (const Command& command : commands()) {
    if (command.hidden) continue;
    const std::string words = " " + std::string(command.word);
    CHECK_THAT(whole.str(), Catch::Contains(words));
    for (const Command& part : command.parts)
      CHECK_THAT(whole.str(), Catch::Contains(words + " " + std::string(part.word)));
  }
  for (const char* format : {"-o wide", "-o json", "-o name"})
    CHECK_THAT(whole.str(), Catch::Contains(format));
}

TEST_CASE("no line for an eighty column terminal is longer") {
  std::ifstream file(folder + "transcript.txt");
  for (const std::string& block : blocks(file).second) {
    if (!block.starts_with("$ COLUMNS=80") || block.find("wide") != block.npos) continue;
    std::istringstream lines(block);
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line)) {
      // Colours take no room.
      for (std::size_t at = 0; (at = line.find("␛[")) != line.npos;)
        line.erase(at, line.find('m', at) - at + 1);
      const auto columns =
          std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xc0) != 0x80; });
      INFO(line);
      CHECK(columns <= 80);
    }
  }
}
