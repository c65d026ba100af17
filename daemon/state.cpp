#include "daemon/state.h"

#include <fmt/format.h>

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
  const Json file = {
      {"lvsd_state", version}, {"checksum", checksum(content)}, {"content", content}};
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
