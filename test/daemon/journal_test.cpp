#include "daemon/journal.h"

#include <sys/socket.h>

#include <array>
#include <catch2/catch.hpp>
#include <cctype>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "daemon/log_format.h"
#include "daemon/message_ids.h"
#include "test/daemon/raw_client.h"
#include "test/fakes/command.h"

using namespace lvsd;
using lvsd::test::output_of;
using lvsd::test::TempDir;

namespace {

const std::string catalog_file = LVSD_SOURCE_DIR "/packaging/systemd/lvsd.catalog";

EventSubject down() {
  return {.kind = EventKind::server,
          .service = "web",
          .server = "web01",
          .before = "UP",
          .after = "DOWN",
          .reason = "connection refused",
          .address = "10.0.0.1:80",
          .result = "L7STS",
          .code = 503,
          .duration_ms = 12,
          .active_left = 2,
          .backup_left = 0,
          .uid = 1000,
          .generation = 4};
}

std::string content(const std::string& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::multiset<std::string> ids_of_catalog() {
  std::multiset<std::string> ids;
  std::ifstream in(catalog_file);
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("-- ")) ids.insert(line.substr(3));
  return ids;
}

}  // namespace

TEST_CASE("a line of the journal has its parts as fields") {
  const auto subject = down();
  CHECK(journal_entry(4, "Server web/web01 is DOWN", &subject) ==
        "MESSAGE=Server web/web01 is DOWN\nPRIORITY=4\nSYSLOG_IDENTIFIER=lvsd\nMESSAGE_ID=" +
            std::string(message_id(subject)) +
            "\nLVSD_EVENT=server\nLVSD_SERVICE=web\nLVSD_SERVER=web01\nLVSD_OLD_STATE=UP\n"
            "LVSD_NEW_STATE=DOWN\nLVSD_REASON=connection refused\nLVSD_ADDRESS=10.0.0.1:80\n"
            "LVSD_RESULT=L7STS\nLVSD_CODE=503\nLVSD_DURATION_MS=12\nLVSD_ACTIVE_LEFT=2\n"
            "LVSD_BACKUP_LEFT=0\nLVSD_USER_UID=1000\nLVSD_GENERATION=4\n");
  CHECK(journal_entry(6, "hello", nullptr) ==
        "MESSAGE=hello\nPRIORITY=6\nSYSLOG_IDENTIFIER=lvsd\n");
}

TEST_CASE("what a stranger wrote makes no field of its own in the journal") {
  EventSubject subject{.kind = EventKind::check};
  subject.reason = "a\nLVSD_SERVICE=forged";
  const std::string entry = journal_entry(4, "x", &subject);
  const std::string length("\x15\0\0\0\0\0\0\0", 8);
  CHECK_THAT(entry, Catch::EndsWith("LVSD_REASON\n" + length + "a\nLVSD_SERVICE=forged\n"));
}

TEST_CASE("what the journal cannot take is told to who sends it") {
  std::array<int, 2> ends{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) == 0);
  const Journal journal{UniqueFd(ends[0])};
  UniqueFd other(ends[1]);
  REQUIRE(journal.send("MESSAGE=x\n"));
  std::array<char, 64> room{};
  CHECK(::recv(other.get(), room.data(), room.size(), 0) == 10);
  CHECK_FALSE(journal.send(std::string(std::size_t{16} << 20, 'x')));
  bool is_full = false;
  for (int i = 0; i < 100000 && !is_full; ++i)
    is_full = !journal.send("MESSAGE=x\n");
  CHECK(is_full);
  other.reset();
  CHECK_FALSE(journal.send("MESSAGE=x\n"));
}

TEST_CASE("standard error that is not the journal's is not taken for it") {
  CHECK_FALSE(Journal::open().has_value());
  ::setenv("JOURNAL_STREAM", "1:2", 1);
  CHECK_FALSE(Journal::open().has_value());
  ::unsetenv("JOURNAL_STREAM");
}

TEST_CASE("every kind of event has a message number and each number is of one kind") {
  std::set<std::string_view> seen;
  for (const MessageId& row : message_ids()) {
    INFO(row.id);
    CHECK(std::regex_match(std::string(row.id), std::regex("[0-9a-f]{32}")));
    CHECK(seen.insert(row.id).second);
    CHECK(message_id({.kind = row.kind, .after = std::string(row.state)}) == row.id);
  }
  for (const EventKind kind : event_kinds())
    CHECK_FALSE(message_id({.kind = kind, .after = "a state without a number"}).empty());
  CHECK(message_id(down()) != message_id({.kind = EventKind::server, .after = "UP"}));
}

TEST_CASE("the catalog explains every message and nothing else") {
  std::multiset<std::string> wanted;
  for (const MessageId& row : message_ids())
    wanted.emplace(row.id);
  CHECK(ids_of_catalog() == wanted);
  // Only fields that a line has are put into what is shown.
  const EventSubject all{EventKind::server, "a", "b", "c", "d", "e"};
  const std::string entry = journal_entry(4, "x", &all);
  const std::string catalog = content(catalog_file);
  const std::regex field("@([A-Z_]+)@");
  for (std::sregex_iterator it(catalog.begin(), catalog.end(), field), end; it != end; ++it)
    CHECK_THAT(entry, Catch::Contains((*it)[1].str() + "="));
}

TEST_CASE("systemd reads the catalog without a word") {
  if (output_of("command -v journalctl").empty()) {
    WARN("journalctl is not installed: not asked");
    return;
  }
  const TempDir root;
  const std::string path = (root / "usr/lib/systemd/catalog").string();
  REQUIRE(output_of("mkdir -p " + path + " " + (root / "var/lib/systemd/catalog").string() +
                    " && cp " + catalog_file + " " + path + " && echo $?") == "0\n");
  const std::string of_root = "journalctl --root=" + (root / "").string() + " ";
  CHECK(output_of(of_root + "--update-catalog 2>&1; echo $?") == "0\n");
  const std::string list = output_of(of_root + "--list-catalog 2>&1");
  for (const MessageId& row : message_ids())
    CHECK_THAT(list, Catch::Contains(std::string(row.id) + " lvsd: "));
}

TEST_CASE("a line as JSON is one object with the fields of an event") {
  const auto subject = down();
  const api::Moment now{
      std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::seconds(1000)), {}};
  const std::string line = json_line(Level::warning, "say \"x\" \xff", &subject, now);
  CHECK(line.find('\n') == line.npos);
  const auto object = nlohmann::json::parse(line);
  CHECK(object["severity"] == "warning");
  CHECK(object["event"] == "server");
  CHECK(object["service"] == "web");
  CHECK(object["server"] == "web01");
  CHECK(object["before"] == "UP");
  CHECK(object["state"] == "DOWN");
  CHECK(object["reason"] == "connection refused");
  CHECK(object["address"] == "10.0.0.1:80");
  CHECK(object["result"] == "L7STS");
  CHECK(object["code"] == 503);
  CHECK(object["duration_ms"] == 12);
  CHECK(object["active_left"] == 2);
  CHECK(object["backup_left"] == 0);
  CHECK(object["uid"] == 1000);
  CHECK(object["generation"] == 4);
  CHECK(object["text"] == "say \"x\" \xef\xbf\xbd");
  CHECK(object["time"] == api::text(now));
  const auto bare = nlohmann::json::parse(json_line(Level::info, "x", nullptr, now));
  CHECK(bare["event"].is_null());
  CHECK(bare["service"].is_null());
  CHECK(bare["code"].is_null());
}
