#include "daemon/config_history.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>

#include "config/entries.h"
#include "daemon/history_store.h"
#include "test/daemon/raw_client.h"

// What is kept of past configurations, and what follows from having gone back to one.

using namespace lvsd;
using namespace std::chrono_literals;

namespace {

const WallTime kNoon{std::chrono::milliseconds(1'700'000'000'000)};

PastConfig loaded_once(std::uint64_t generation, const std::string& mark) {
  return {.first = generation,
          .generation = generation,
          .how = "reload",
          .by = {.user = "alice", .uid = 7, .reason = "because", .since = kNoon},
          .result = "APPLIED",
          .fingerprint = mark,
          .size = 100};
}

// Generation 2, with B, gave way to the A of generation 1.
ConfigHistory gone_back() {
  ConfigHistory history{{loaded_once(1, "A"), loaded_once(2, "B")}};
  PastConfig back = loaded_once(3, "A");
  back.restored = 1;
  back.hides = hidden_by(history.past[0], history.past[1]);
  add(history, back);
  return history;
}

// Files that are there in memory.
Files files(const std::map<std::string, std::string>& texts) {
  return {.read = [texts](const std::string& path) -> Result<std::string> {
            const auto found = texts.find(path);
            if (found == texts.end())
              return Error{std::make_error_code(std::errc::no_such_file_or_directory), path};
            return found->second;
          },
          .glob = [texts](const std::string& pattern) -> Result<std::vector<std::string>> {
            std::vector<std::string> out;
            for (const auto& [path, text] : texts)
              if (path == pattern || (pattern == "conf.d/*.conf" && path.starts_with("conf.d/")))
                out.push_back(path);
            return out;
          },
          .executable = [](const std::string& path) { return path == "conf.d/tool.conf"; }};
}

const std::map<std::string, std::string> kTexts = {
    {"lvsd.conf", "# caf\xe9 \n$WEIGHT=${_ENV WEIGHT}\ninclude conf.d/*.conf\n"},
    {"conf.d/tool.conf", "this is no configuration\n"},
    {"conf.d/web.conf",
     "virtual_server 10.0.0.1 80 {\n  protocol TCP\n  real_server 10.0.0.2 80 {\n"
     "    weight $WEIGHT\n  }\n}\n"}};

Recorded read_now(const std::map<std::string, std::string>& texts, const std::string& weight,
                  std::uint32_t seed = 1) {
  LoadOptions how{.lenient = true, .config_id = "here", .environment = {}, .random_seed = seed};
  how.environment = [weight](const std::string& name) {
    return name == "WEIGHT" ? std::optional(weight) : std::nullopt;
  };
  return recorded("lvsd.conf", files(texts), how);
}

}  // namespace

TEST_CASE("a configuration is read again from what was kept of it when its files are gone") {
  const Recorded then = read_now(kTexts, "7");
  INFO(text(then.loaded.diagnostics, false));
  REQUIRE(then.loaded.config);
  const auto kept = parse_recording(text(then.recording));
  REQUIRE(kept);
  CHECK(*kept == then.recording);
  CHECK(kept->executables == std::set<std::string>{"conf.d/tool.conf"});
  const Loaded again = replayed(*kept);
  REQUIRE(again.config);
  CHECK(*again.config == *then.loaded.config);
  CHECK(again.config->virtual_servers.at(0).real_servers.at(0).settings.weight == 7);
}

TEST_CASE("a fingerprint tells whether files and what they ask for are the same") {
  const std::string mark = fingerprint(read_now(kTexts, "7").recording);
  CHECK(mark.size() == 64);
  CHECK(fingerprint(read_now(kTexts, "7", 99).recording) == mark);
  CHECK(fingerprint(read_now(kTexts, "8").recording) != mark);
  auto changed = kTexts;
  changed["conf.d/web.conf"] += "#\n";
  CHECK(fingerprint(read_now(changed, "7").recording) != mark);
  changed = kTexts;
  changed["conf.d/empty.conf"] = "";
  CHECK(fingerprint(read_now(changed, "7").recording) != mark);
}

// Else a history that an earlier lvsd wrote would be taken for damaged.
TEST_CASE("a fingerprint is the SHA-256 of the recording with seed 0") {
  CHECK(fingerprint(Recording{.file = "lvsd.conf", .random_seed = 7}) ==
        "d4acadf0e0b60d57cf7883e2fb23bd03eef2dd80b3fdb8c7ce84f0e31ea1c68a");
}

TEST_CASE("a recording that is cut off or changed is none") {
  const std::string whole = text(read_now(kTexts, "7").recording);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto part = parse_recording(whole.substr(0, size));
    INFO(size);
    if (part) CHECK(text(*part) != whole);
  }
  CHECK(!parse_recording("lvsd configuration 2\n"));
  CHECK(!parse_recording("lvsd configuration 1\ntext 3 99999999999999999999\nabc\n"));
  CHECK(!parse_recording("lvsd configuration 1\nnovelty 0 0\n\n\n"));
}

TEST_CASE("the same configuration loaded again is one entry of several generations") {
  ConfigHistory history{{loaded_once(1, "A")}};
  add(history, loaded_once(2, "A"));
  add(history, loaded_once(3, "A"));
  REQUIRE(history.past.size() == 1);
  CHECK(history.past[0].first == 1);
  CHECK(history.past[0].generation == 3);
  CHECK(find(history, 2) == &history.past[0]);
  CHECK(find(history, 4) == nullptr);
  CHECK(before_last(history) == nullptr);
  add(history, loaded_once(4, "B"));
  CHECK(before_last(history) == &history.past[0]);
}

TEST_CASE("a restart keeps what was gone back to as long as the file says what it said then") {
  const ConfigHistory history = gone_back();
  CHECK(history.past.back().hides == "B");
  CHECK(start_choice(history, "B", kNoon).generation == 3);
  const StartChoice mended = start_choice(history, "C", kNoon);
  CHECK(!mended.generation);
  CHECK(mended.is_file_new);
  CHECK(!start_choice(ConfigHistory{}, "A", kNoon).generation);
  CHECK(!start_choice({{loaded_once(1, "A")}}, "A", kNoon).generation);

  // Back to what the file says is no rollback any more.
  CHECK(hidden_by(history.past[1], history.past[2]).empty());
  // Further back: it is still the file of generation 2 that is hidden.
  CHECK(hidden_by(loaded_once(0, "0"), history.past[2]) == "B");
}

TEST_CASE("a trial goes on over a restart and ends with its time") {
  ConfigHistory history = gone_back();
  history.trial = ConfigTrial{.generation = 3, .back_to = 2, .until = kNoon + 60s};
  CHECK(start_choice(history, "B", kNoon + 59s).generation == 3);
  CHECK(!start_choice(history, "B", kNoon + 59s).is_trial_over);
  const StartChoice over = start_choice(history, "B", kNoon + 60s);
  CHECK(over.is_trial_over);
  CHECK(!over.generation);  // the file has what there was before
  CHECK(start_choice(history, "C", kNoon).is_file_new);

  // What there was before the trial was itself in the file's place.
  PastConfig further = loaded_once(4, "0");
  further.restored = 1;
  further.hides = "B";
  add(history, further);
  history.trial = ConfigTrial{.generation = 4, .back_to = 3, .until = kNoon};
  CHECK(start_choice(history, "B", kNoon).generation == 3);
}

TEST_CASE("a history keeps the latest and what a trial goes back to") {
  ConfigHistory history;
  for (std::uint64_t i = 1; i <= 10; ++i)
    add(history, loaded_once(i, std::to_string(i)));
  CHECK(trim(history, 10, 1000).empty());
  CHECK(trim(history, 8, 1000) == std::vector<std::uint64_t>{1, 2});
  CHECK(trim(history, 8, 750) == std::vector<std::uint64_t>{3});
  history.trial = ConfigTrial{.generation = 10, .back_to = 5, .until = kNoon};
  CHECK(trim(history, 1, 1000) == std::vector<std::uint64_t>{4, 6, 7, 8, 9});
  REQUIRE(history.past.size() == 2);
  CHECK(history.past[0].generation == 5);
  CHECK(trim(history, 0, 0).empty());
}

TEST_CASE("a history is read back as it was written") {
  ConfigHistory history = gone_back();
  history.trial = ConfigTrial{.generation = 3, .back_to = 2, .until = kNoon};
  CHECK(parse_history(text(history)) == history);
  CHECK(parse_history(text(ConfigHistory{})) == ConfigHistory{});
  CHECK(!parse_history(""));
  CHECK(!parse_history("{}"));
  CHECK(!parse_history(R"({"lvsd_config_history":2,"past":[]})"));
  ConfigHistory disordered = history;
  std::swap(disordered.past[0], disordered.past[1]);
  CHECK(!parse_history(text(disordered)));
}

TEST_CASE("the history on the disk has its texts and is for nobody else") {
  const test::TempDir directory;
  const std::filesystem::path state = directory / "state";
  const HistoryStore store(state);
  CHECK(store.load().value() == ConfigHistory{});

  const Recorded first = read_now(kTexts, "7");
  ConfigHistory history{{loaded_once(1, fingerprint(first.recording))}};
  REQUIRE(store.save({history, first.recording, {}}).has_value());
  CHECK(store.load().value() == history);
  CHECK(store.recording(history.past[0]).value() == first.recording);
  const auto rights = [](const std::filesystem::path& path) {
    return static_cast<unsigned>(std::filesystem::status(path).permissions());
  };
  CHECK(rights(state / "config") == 0700);
  CHECK(rights(state / "config" / "1.conf") == 0600);

  // Loaded again as generation 2, then something else: the texts stay under the first number.
  add(history, [&] {
    PastConfig again = history.past[0];
    again.generation = 2;
    return again;
  }());
  REQUIRE(store.save({history, std::nullopt, {}}).has_value());
  CHECK(store.recording(history.past[0]).has_value());

  std::ofstream(state / "config" / "1.conf", std::ios::app) << "x";
  CHECK(!store.recording(history.past[0]).has_value());
  REQUIRE(store.save({history, std::nullopt, {1}}).has_value());
  CHECK(!std::filesystem::exists(state / "config" / "1.conf"));
  CHECK(!store.recording(history.past[0]).has_value());
  std::ofstream(state / "config" / "history.json") << "{";
  CHECK(!store.load().has_value());
  CHECK(std::filesystem::exists(state / "config" / "history.json.bad"));
  CHECK(store.load().value() == ConfigHistory{});
}
