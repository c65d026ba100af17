#include "test/text/situation.h"

#include "test/text/table.h"

namespace lvsd::test {

namespace {

HealthState take_health(Words& words) {
  for (const HealthState state : {HealthState::init, HealthState::up, HealthState::falling,
                                  HealthState::down, HealthState::rising, HealthState::no_check})
    if (words.take_if(lvsd::text(state))) return state;
  words.refuse("a state of health");
}

Start take_start(Words& words) {
  if (!words.take_if("found")) return Start::fresh;
  if (words.take_if("up")) return Start::adopted_up;
  if (words.take_if("idle")) return Start::adopted_idle;
  if (words.take_if("down")) return Start::adopted_down;
  words.refuse("up, idle or down");
}

void add_real_server(Words& words, Situation& situation) {
  RealServer real;
  real.endpoint = endpoint(words.take());
  real.settings = take_destination_settings(words);
  real.inhibit_on_failure = words.take_if("inhibit");
  CheckSettings check;
  check.policy.alpha = words.take_if("alpha");
  ServerFacts facts{.health = HealthState::up};
  if (words.take_if("is")) facts.health = take_health(words);
  facts.start = take_start(words);
  if (facts.health != HealthState::no_check)
    real.checks.push_back({std::make_shared<const CheckSettings>(check),
                           {.endpoint = real.endpoint, .bind_address = {}}});
  situation.server.real_servers.push_back(std::move(real));
  situation.facts.real_servers.push_back(facts);
}

void add_sorry_server(Words& words, VirtualServer& server) {
  SorryServer sorry;
  sorry.endpoint = endpoint(words.take());
  sorry.settings = take_destination_settings(words);
  sorry.inhibit = words.take_if("inhibit");
  server.sorry_servers.push_back(sorry);
}

void take_quorum(Words& words, Situation& situation) {
  if (words.take_if("lost")) {
    situation.facts.quorum = false;
    return;
  }
  situation.server.quorum = words.number<std::uint32_t>();
  if (words.take_if("hysteresis")) situation.server.hysteresis = words.number<std::uint32_t>();
}

void take_line(Words& words, Situation& situation) {
  VirtualServer& server = situation.server;
  if (words.take_if("group")) {
    server.group = words.take();
  } else if (words.take_if("quorum")) {
    take_quorum(words, situation);
  } else if (words.take_if("real")) {
    add_real_server(words, situation);
  } else if (words.take_if("sorry")) {
    add_sorry_server(words, server);
  } else {
    server.services.push_back(take_service_key(words));
    server.settings = take_service_settings(words, server.services.back().family);
  }
}

template <class Server>
std::string text(const std::vector<Server>& servers, const std::vector<Decision>& decisions) {
  std::string out;
  for (std::size_t i = 0; i < servers.size(); ++i)
    out += lvsd::text(servers[i].endpoint) + " " + std::string(lvsd::text(decisions[i].effective)) +
           ": " + std::string(lvsd::text(decisions[i].reason)) + "\n";
  return out;
}

}  // namespace

Situation situation(std::string_view text) {
  Situation result;
  for (const std::string& line : lines(text)) {
    Words words(line);
    take_line(words, result);
    if (!words.empty()) words.refuse("the end of the line");
  }
  return result;
}

std::string text(const Desired& desired, const VirtualServer& server) {
  return lvsd::text(desired.table) + text(server.real_servers, desired.real_servers) +
         text(server.sorry_servers, desired.sorry_servers);
}

std::string outcome(std::string_view text) {
  const Situation given = situation(text);
  return test::text(desired(given.server, given.facts), given.server);
}

}  // namespace lvsd::test
