#include "daemon/state.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>

namespace lvsd {

namespace {

using Json = nlohmann::ordered_json;

constexpr int version = 1;

class Category : public std::error_category {
 public:
  const char* name() const noexcept override { return "state"; }
  std::string message(int code) const override {
    switch (static_cast<state_errc>(code)) {
      case state_errc::damaged:
        return "damaged";
      case state_errc::newer:
        return "written by a newer version of lvsd";
    }
    return "unknown";
  }
};

// FNV-1a over the content without blanks: against torn files and slips of an editor, not against
// malice, which has the daemon's own rights here.
std::string checksum(const Json& content) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : content.dump())
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return fmt::format("{:016x}", hash);
}

// ---- wishes

Json json(const Author& by) {
  Json out = {{"user", by.user},
              {"uid", by.uid},
              {"reason", by.reason},
              {"since_ms", by.since.time_since_epoch().count()}};
  if (by.until) out["until_ms"] = by.until->time_since_epoch().count();
  return out;
}

WallTime wall_time(const Json& ms) {
  return WallTime(std::chrono::milliseconds(ms.get<std::int64_t>()));
}

Author author(const Json& in) {
  Author by{.user = in.at("user").get<std::string>(),
            .uid = in.at("uid").get<std::uint32_t>(),
            .reason = in.at("reason").get<std::string>(),
            .since = wall_time(in.at("since_ms"))};
  if (in.contains("until_ms")) by.until = wall_time(in.at("until_ms"));
  return by;
}

Json json(const NumberOverride& wish) {
  return {{"value", wish.value}, {"hides", wish.hides}, {"by", json(wish.by)}};
}

std::optional<NumberOverride> number_wish(const Json& in, const char* name) {
  if (!in.contains(name)) return std::nullopt;
  const Json& wish = in.at(name);
  return NumberOverride{wish.at("value").get<std::uint32_t>(),
                        wish.at("hides").get<std::uint32_t>(), author(wish.at("by"))};
}

Json json(const AdminOverride& wish) {
  Json out = {{"state", text(wish.state)}, {"limit_us", wish.limit.count()}, {"by", json(wish.by)}};
  if (wish.until != Emptiness::usual) out["until"] = text(wish.until);
  if (wish.returning != Returning::usual) out["returning"] = text(wish.returning);
  return out;
}

std::optional<AdminOverride> admin_wish(const Json& in) {
  const auto word = in.at("state").get<std::string>();
  const auto until = parse_emptiness(in.value("until", "usual"));
  const auto returning = parse_returning(in.value("returning", "usual"));
  if (!until || !returning) return std::nullopt;
  for (const AdminState state : {AdminState::enabled, AdminState::drain, AdminState::disabled})
    if (word == text(state))
      return AdminOverride{state, Duration(in.at("limit_us").get<std::int64_t>()),
                           author(in.at("by")), *until, *returning};
  return std::nullopt;
}

Json json(const Override& wishes) {
  Json out = Json::object();
  if (wishes.admin) out["admin"] = json(*wishes.admin);
  if (wishes.weight) out["weight"] = json(*wishes.weight);
  if (wishes.max_connections) out["max_connections"] = json(*wishes.max_connections);
  if (wishes.backup) {
    out["backup"] = json(static_cast<const AdminOverride&>(*wishes.backup));
    out["backup"]["server"] = wishes.backup->server;
  }
  return out;
}

std::optional<Override> override_of(const Json& in) {
  Override wishes{.admin = {},
                  .weight = number_wish(in, "weight"),
                  .max_connections = number_wish(in, "max_connections")};
  if (in.contains("admin")) {
    wishes.admin = admin_wish(in.at("admin"));
    if (!wishes.admin) return std::nullopt;
  }
  if (in.contains("backup")) {
    const auto wish = admin_wish(in.at("backup"));
    if (!wish) return std::nullopt;
    wishes.backup = BackupOverride{*wish, in.at("backup").at("server").get<std::string>()};
  }
  return wishes;
}

Json json(const TimeoutOverride& wish) {
  Json out = {{"value", wish.value}, {"before", wish.before}, {"by", json(wish.by)}};
  if (wish.hides) out["hides"] = *wish.hides;
  return out;
}

Json json(const SchedulerOverride& wish) {
  return {{"value", wish.value}, {"hides", wish.hides}, {"by", json(wish.by)}};
}

SchedulerOverride scheduler_wish(const Json& in) {
  return {.value = in.at("value").get<std::string>(),
          .hides = in.at("hides").get<std::string>(),
          .by = author(in.at("by"))};
}

TimeoutOverride timeout_wish(const Json& in) {
  TimeoutOverride wish{.value = in.at("value").get<std::uint32_t>(),
                       .hides = {},
                       .before = in.at("before").get<std::uint32_t>(),
                       .by = author(in.at("by"))};
  if (in.contains("hides")) wish.hides = in.at("hides").get<std::uint32_t>();
  return wish;
}

// ---- seats

Json json(Time at) {
  return std::chrono::duration_cast<Duration>(at.time_since_epoch()).count();
}

Time time_of(const Json& in) {
  return Time(Duration(in.get<std::int64_t>()));
}

std::optional<Time> optional_time(const Json& in, const char* name) {
  return in.contains(name) ? std::optional(time_of(in.at(name))) : std::nullopt;
}

Json json(const Drain& drain) {
  return {{"since_us", json(drain.since)}, {"over", drain.over}};
}

std::optional<Drain> drain_of(const Json& in, const char* name) {
  if (!in.contains(name)) return std::nullopt;
  const Json& drain = in.at(name);
  const Time since = time_of(drain.at("since_us"));
  return Drain{.since = since, .quiet_since = since, .over = drain.at("over").get<bool>()};
}

Json json(const Flap& flap) {
  Json out = {{"repeats", flap.repeats}, {"failed", flap.failed}};
  if (flap.last_failure) out["last_failure_us"] = json(*flap.last_failure);
  if (flap.held_until) out["held_until_us"] = json(*flap.held_until);
  return out;
}

Flap flap_of(const Json& in) {
  if (!in.contains("flap")) return {};
  const Json& flap = in.at("flap");
  return {.last_failure = optional_time(flap, "last_failure_us"),
          .repeats = flap.at("repeats").get<std::uint32_t>(),
          .failed = flap.at("failed").get<bool>(),
          .held_until = optional_time(flap, "held_until_us")};
}

Json json(const Seat& seat) {
  Json out = {{"backup_holds", seat.holder == Seat::Holder::backup},
              {"provisional", seat.provisional},
              {"full", seat.full},
              {"helped", seat.helped}};
  if (seat.back_since) out["back_since_us"] = json(*seat.back_since);
  if (seat.warms_since) out["warms_since_us"] = json(*seat.warms_since);
  if (seat.drain) out["drain"] = json(*seat.drain);
  if (seat.backup_drain) out["backup_drain"] = json(*seat.backup_drain);
  if (seat.flap != Flap{}) out["flap"] = json(seat.flap);
  return out;
}

Seat seat_of(const Json& in) {
  const bool backup_holds = in.at("backup_holds").get<bool>();
  return {.holder = backup_holds ? Seat::Holder::backup : Seat::Holder::master,
          .provisional = in.at("provisional").get<bool>(),
          .full = in.at("full").get<bool>(),
          .helped = in.at("helped").get<bool>(),
          .back_since = optional_time(in, "back_since_us"),
          .warms_since = optional_time(in, "warms_since_us"),
          .drain = drain_of(in, "drain"),
          .backup_drain = drain_of(in, "backup_drain"),
          .flap = flap_of(in)};
}

Json json(const std::vector<Removal>& removals) {
  Json out = Json::array();
  for (const Removal& one : removals)
    out.push_back({{"server", text(one.endpoint)},
                   {"since_us", json(one.since)},
                   {"limit_us", one.limit.count()}});
  return out;
}

std::optional<std::vector<Removal>> removals_of(const Json& in) {
  std::vector<Removal> removals;
  for (const Json& one : in) {
    const auto endpoint = parse_endpoint(one.at("server").get<std::string>());
    if (!endpoint) return std::nullopt;
    removals.push_back({.endpoint = *endpoint,
                        .since = time_of(one.at("since_us")),
                        .limit = Duration(one.at("limit_us").get<std::int64_t>())});
  }
  return removals;
}

template <class Value>
Json json(const std::map<std::string, Value>& by_name) {
  Json out = Json::object();
  for (const auto& [name, value] : by_name)
    out[name] = json(value);
  return out;
}

std::optional<State> state_of(const Json& content) {
  State state;
  state.boot_id = content.at("boot_id").get<std::string>();
  state.network_namespace = content.at("network_namespace").get<std::uint64_t>();
  for (const Json& entry : content.at("owned")) {
    const auto key = parse_service_key(entry.get<std::string>());
    if (!key) return std::nullopt;
    state.owned.insert(*key);
  }
  for (const Json& entry : content.value("sync_daemons", Json::array())) {
    const auto role = parse_sync_role(entry.get<std::string>());
    if (!role) return std::nullopt;
    state.sync_daemons.insert(*role);
  }
  // Absent in the files of earlier versions.
  if (content.contains("wishes"))
    for (const auto& [name, entry] : content.at("wishes").items()) {
      const auto wishes = override_of(entry);
      if (!wishes) return std::nullopt;
      state.wishes.emplace(name, *wishes);
    }
  if (content.contains("seats"))
    for (const auto& [name, entry] : content.at("seats").items())
      state.seats.emplace(name, seat_of(entry));
  if (content.contains("removals"))
    for (const auto& [name, entry] : content.at("removals").items()) {
      auto removals = removals_of(entry);
      if (!removals) return std::nullopt;
      state.removals.emplace(name, *std::move(removals));
    }
  if (content.contains("timeouts"))
    for (const auto& [name, entry] : content.at("timeouts").items()) {
      const auto kind = parse_timeout_kind(name);
      if (!kind) return std::nullopt;
      state.timeouts.emplace(*kind, timeout_wish(entry));
    }
  if (content.contains("schedulers"))
    for (const auto& [name, entry] : content.at("schedulers").items())
      state.schedulers.emplace(name, scheduler_wish(entry));
  if (content.contains("sysctls"))
    for (const auto& [name, value] : content.at("sysctls").items())
      state.sysctls.emplace(name, value.get<std::string>());
  return state;
}

}  // namespace

std::error_code make_error_code(state_errc code) {
  static const Category category;
  return {static_cast<int>(code), category};
}

std::string text(const State& state) {
  Json owned = Json::array();
  for (const ServiceKey& key : state.owned)
    owned.push_back(text(key));
  Json content = {{"boot_id", state.boot_id},
                  {"network_namespace", state.network_namespace},
                  {"owned", std::move(owned)}};
  for (const SyncRole role : state.sync_daemons)
    content["sync_daemons"].push_back(text(role));
  if (!state.wishes.empty()) content["wishes"] = json(state.wishes);
  if (!state.seats.empty()) content["seats"] = json(state.seats);
  if (!state.removals.empty()) content["removals"] = json(state.removals);
  for (const auto& [kind, wish] : state.timeouts)
    content["timeouts"][std::string(text(kind))] = json(wish);
  if (!state.schedulers.empty()) content["schedulers"] = json(state.schedulers);
  if (!state.sysctls.empty()) content["sysctls"] = state.sysctls;
  const Json file = {
      {"lvsd_state", version}, {"checksum", checksum(content)}, {"content", std::move(content)}};
  return file.dump(2) + "\n";
}

Result<State> parse_state(std::string_view text) {
  try {
    const Json file = Json::parse(text);
    if (file.at("lvsd_state").get<int>() > version) return Error{state_errc::newer, {}};
    const Json& content = file.at("content");
    if (file.at("checksum") == checksum(content))
      if (auto state = state_of(content)) return *std::move(state);
  } catch (const Json::exception&) {
    // What is not of the shape throws; it is as useless as what does not parse.
  }
  return Error{state_errc::damaged, {}};
}

}  // namespace lvsd
