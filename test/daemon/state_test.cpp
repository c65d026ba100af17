#include "daemon/state.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "daemon/state_file.h"

using namespace lvsd;

namespace {

State sample() {
  State state{.boot_id = "0c3a5e1e-0000", .network_namespace = 4026531840, .owned = {}};
  for (const char* key : {"tcp 10.0.0.1:80", "udp [2001:db8::1]:53", "fwmark6 7"})
    state.owned.insert(*parse_service_key(key));
  return state;
}

// A folder of its own, gone afterwards.
struct Folder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("lvsd-state-" + std::to_string(::getpid()));
  Folder() {
    std::filesystem::remove_all(path);
    std::filesystem::create_directory(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }

  void write(std::string_view text) const { std::ofstream(path / "state.json") << text; }
  std::string read(const char* name) const {
    std::ostringstream out;
    out << std::ifstream(path / name).rdbuf();
    return out.str();
  }
  bool has(const char* name) const { return std::filesystem::exists(path / name); }
};

}  // namespace

TEST_CASE("a state is written for people to read and read back as it was") {
  CHECK(text(sample()) ==
        "{\n  \"lvsd_state\": 1,\n  \"checksum\": \"eb07e0ff1d7ca432\",\n  \"content\": {\n"
        "    \"boot_id\": \"0c3a5e1e-0000\",\n    \"network_namespace\": 4026531840,\n"
        "    \"owned\": [\n      \"tcp 10.0.0.1:80\",\n      \"udp [2001:db8::1]:53\",\n"
        "      \"fwmark6 7\"\n    ]\n  }\n}\n");
  CHECK(*parse_state(text(sample())) == sample());
  CHECK(*parse_state(text(State{})) == State{});
  State with_sync = sample();
  with_sync.sync_daemons = {SyncRole::master, SyncRole::backup};
  CHECK(*parse_state(text(with_sync)) == with_sync);
  State with_timeouts = sample();
  const Author by{.user = "alice", .since = WallTime(std::chrono::seconds(7))};
  with_timeouts.timeouts[TimeoutKind::udp] = {.value = 60, .hides = 300, .before = 10, .by = by};
  with_timeouts.timeouts[TimeoutKind::tcp] = {.value = 50, .hides = {}, .before = 900, .by = by};
  CHECK(*parse_state(text(with_timeouts)) == with_timeouts);
  State with_scheduler = sample();
  with_scheduler.schedulers["web"] = {.value = "mh", .hides = "wlc", .by = by};
  CHECK(*parse_state(text(with_scheduler)) == with_scheduler);
  State with_drain = sample();
  with_drain.wishes["web/one"].admin =
      AdminOverride{AdminState::drain, std::chrono::seconds(9), by, Emptiness::templates};
  CHECK(*parse_state(text(with_drain)) == with_drain);
}

TEST_CASE("a state that is cut off anywhere is damaged") {
  const std::string whole = text(sample());
  // The last brace and line end are all that may be missing and still be seen through.
  for (std::size_t size = 0; size < whole.size() - 1; ++size) {
    INFO("cut to " << size);
    const auto state = parse_state(whole.substr(0, size));
    REQUIRE(state.has_error());
    CHECK(state.error().code == state_errc::damaged);
  }
}

TEST_CASE("a state with any character changed is damaged or newer and never believed") {
  const std::string whole = text(sample());
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = changed[at] == '9' ? '8' : '9';
    if (whole[at] == ' ' || whole[at] == '\n') continue;
    INFO(changed);
    const auto state = parse_state(changed);
    if (state) CHECK(*state == sample());
  }
}

TEST_CASE("a state of a newer version is told from a damaged one") {
  std::string newer = text(sample());
  newer.replace(newer.find("\": 1,"), 5, "\": 2,");
  CHECK(parse_state(newer).error().code == state_errc::newer);
}

TEST_CASE("the state file is replaced whole and found again") {
  const Folder folder;
  const StateFile file(folder.path / "made");
  CHECK_FALSE(file.load()->has_value());
  REQUIRE(file.save(sample()).has_value());
  CHECK(**file.load() == sample());
  REQUIRE(file.save(State{}).has_value());
  CHECK(**file.load() == State{});
  CHECK_FALSE(std::filesystem::exists(folder.path / "made" / "state.json.new"));
}

TEST_CASE("a damaged state file is set aside and a newer one is left alone") {
  const Folder folder;
  const StateFile file(folder.path);
  folder.write("{\"lvsd_state\": 1");
  CHECK(file.load().error().code == state_errc::damaged);
  CHECK(folder.read("state.json.bad") == "{\"lvsd_state\": 1");
  CHECK_FALSE(folder.has("state.json"));
  CHECK_FALSE(file.load()->has_value());

  folder.write("{\"lvsd_state\": 99}");
  CHECK(file.load().error().code == state_errc::newer);
  CHECK(folder.has("state.json"));
}

TEST_CASE("a state that cannot be saved leaves the one before") {
  const Folder folder;
  const StateFile file(folder.path);
  REQUIRE(file.save(sample()).has_value());
  // A folder in the place of the unfinished file: opening it fails whoever we are.
  std::filesystem::create_directory(folder.path / "state.json.new");
  const auto saved = file.save(State{});
  REQUIRE(saved.has_error());
  CHECK(text(saved.error()).find("saving the state file") == 0);
  CHECK(**file.load() == sample());
}
