#include "daemon/config_history.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace lvsd {

namespace {

using Json = nlohmann::ordered_json;

constexpr int version = 1;

Json json(const PastConfig& past) {
  Json out = {{"first", past.first},
              {"generation", past.generation},
              {"how", past.how},
              {"user", past.by.user},
              {"uid", past.by.uid},
              {"reason", past.by.reason},
              {"since_ms", past.by.since.time_since_epoch().count()},
              {"result", past.result},
              {"fingerprint", past.fingerprint},
              {"size", past.size},
              {"services", past.services},
              {"servers", past.servers}};
  if (past.restored) out["restored"] = *past.restored;
  if (!past.hides.empty()) out["hides"] = past.hides;
  return out;
}

WallTime wall_time(const Json& count) {
  return WallTime(std::chrono::milliseconds(count.get<std::int64_t>()));
}

PastConfig past_config(const Json& entry) {
  PastConfig past{.first = entry.at("first").get<std::uint64_t>(),
                  .generation = entry.at("generation").get<std::uint64_t>(),
                  .how = entry.at("how").get<std::string>(),
                  .by = {.user = entry.at("user").get<std::string>(),
                         .uid = entry.at("uid").get<std::uint32_t>(),
                         .reason = entry.at("reason").get<std::string>(),
                         .since = wall_time(entry.at("since_ms"))},
                  .result = entry.at("result").get<std::string>(),
                  .fingerprint = entry.at("fingerprint").get<std::string>(),
                  .size = entry.at("size").get<std::uint64_t>(),
                  .services = entry.at("services").get<std::uint64_t>(),
                  .servers = entry.at("servers").get<std::uint64_t>(),
                  .hides = entry.value("hides", std::string())};
  if (entry.contains("restored")) past.restored = entry.at("restored").get<std::uint64_t>();
  return past;
}

// Generations only grow, and a trial is of the last one.
bool is_sound(const ConfigHistory& history) {
  std::uint64_t before = 0;
  for (const PastConfig& past : history.past) {
    if (past.first <= before || past.generation < past.first) return false;
    before = past.generation;
  }
  return !history.trial ||
         (!history.past.empty() && history.trial->generation == history.past.back().generation);
}

}  // namespace

const PastConfig* find(const ConfigHistory& history, std::uint64_t generation) {
  for (const PastConfig& past : history.past)
    if (past.first <= generation && generation <= past.generation) return &past;
  return nullptr;
}

const PastConfig* before_last(const ConfigHistory& history) {
  if (history.past.empty()) return nullptr;
  const auto found = std::find_if(history.past.rbegin(), history.past.rend(),
                                  [last = &history.past.back()](const PastConfig& past) {
                                    return past.fingerprint != last->fingerprint;
                                  });
  return found == history.past.rend() ? nullptr : &*found;
}

std::string hidden_by(const PastConfig& restored, const PastConfig& last) {
  const std::string& file = last.hides.empty() ? last.fingerprint : last.hides;
  return restored.fingerprint == file ? std::string() : file;
}

void add(ConfigHistory& history, PastConfig entry) {
  const bool is_again = !history.past.empty() && !entry.restored &&
                        history.past.back().fingerprint == entry.fingerprint &&
                        history.past.back().hides == entry.hides;
  if (is_again) {
    entry.first = history.past.back().first;
    history.past.pop_back();
  }
  history.past.push_back(std::move(entry));
}

std::vector<std::uint64_t> trim(ConfigHistory& history, std::size_t count, std::uint64_t size) {
  std::uint64_t total = 0;
  for (const PastConfig& past : history.past)
    total += past.size;
  std::vector<std::uint64_t> gone;
  for (auto past = history.past.begin(); past != history.past.end();) {
    const bool is_enough = history.past.size() <= count && total <= size;
    const bool is_needed = past + 1 == history.past.end() ||
                           (history.trial && history.trial->back_to == past->generation);
    if (is_enough) break;
    if (is_needed) {
      ++past;
      continue;
    }
    total -= past->size;
    gone.push_back(past->first);
    past = history.past.erase(past);
  }
  return gone;
}

StartChoice start_choice(const ConfigHistory& history, const std::string& fingerprint,
                         WallTime now) {
  if (history.past.empty() || history.past.back().hides.empty()) return {};
  const PastConfig& last = history.past.back();
  if (last.hides != fingerprint) return {.is_file_new = true};
  if (!history.trial || now < history.trial->until) return {.generation = last.generation};
  // Usually what is gone back to is the file's; else it was itself in the file's place.
  const PastConfig* before = find(history, history.trial->back_to);
  if (before == nullptr || before->fingerprint == fingerprint) return {.is_trial_over = true};
  return {.generation = before->generation, .is_trial_over = true};
}

std::string text(const ConfigHistory& history) {
  Json past = Json::array();
  for (const PastConfig& entry : history.past)
    past.push_back(json(entry));
  Json out = {{"lvsd_config_history", version}, {"past", std::move(past)}};
  if (history.trial)
    out["trial"] = {{"generation", history.trial->generation},
                    {"back_to", history.trial->back_to},
                    {"until_ms", history.trial->until.time_since_epoch().count()}};
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::optional<ConfigHistory> parse_history(std::string_view text) {
  try {
    const Json file = Json::parse(text);
    if (file.at("lvsd_config_history").get<int>() != version) return std::nullopt;
    ConfigHistory out;
    for (const Json& entry : file.at("past"))
      out.past.push_back(past_config(entry));
    if (file.contains("trial")) {
      const Json& trial = file.at("trial");
      out.trial = ConfigTrial{.generation = trial.at("generation").get<std::uint64_t>(),
                              .back_to = trial.at("back_to").get<std::uint64_t>(),
                              .until = wall_time(trial.at("until_ms"))};
    }
    if (is_sound(out)) return out;
  } catch (const Json::exception&) {
    // As useless as what does not parse.
  }
  return std::nullopt;
}

}  // namespace lvsd
