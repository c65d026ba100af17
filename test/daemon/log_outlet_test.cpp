#include "daemon/log_outlet.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <regex>

#include "daemon/journal.h"
#include "daemon/log_file.h"
#include "test/daemon/site.h"

using namespace lvsd;
using namespace lvsd::test;
namespace fs = std::filesystem;

namespace {

// Where datagrams of logs go, in the place of journald or syslogd.
class Recorder {
 public:
  explicit Recorder(const fs::path& path)
      : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.native().copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
            0);
  }
  // The next one; empty: there is none.
  std::string next() {
    std::array<char, 65536> room{};
    const ssize_t size = ::recv(socket_.get(), room.data(), room.size(), 0);
    return size <= 0 ? std::string() : std::string(room.data(), static_cast<std::size_t>(size));
  }

 private:
  UniqueFd socket_;
};

std::string content(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::size_t lines_of(const fs::path& file) {
  const std::string text = content(file);
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

const EventSubject down{.kind = EventKind::server, .service = "web", .after = "DOWN"};
const LogRecord record{Level::warning, "Server web/web01 is DOWN", &down};

// Puts the log back as other tests expect it.
struct AsItWas {
  ~AsItWas() {
    (void)direct_log({});
    set_log_level(Level::info);
    set_log_level_at_start(Level::info);
  }
};

std::string with_log(const std::string& lines) {
  return "global_defs {\n  log {\n" + lines + "  }\n}\n" + web(unchecked(2));
}

}  // namespace

TEST_CASE("syslog is sent lines of the daemon facility and found again when it was restarted") {
  const TempDir folder;
  const fs::path path = folder / "log";
  const auto outlet = open_syslog(LogFormat::text, path);
  CHECK_FALSE(outlet->take(record));
  {
    Recorder syslogd(path);
    CHECK(outlet->take(record));
    const std::string line = syslogd.next();
    INFO(line);
    CHECK(std::regex_match(
        line, std::regex("<28>[A-Z][a-z]{2} [ 1-3][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2} lvsd\\[" +
                         std::to_string(::getpid()) + "\\]: Server web/web01 is DOWN")));
  }
  fs::remove(path);
  Recorder again(path);
  CHECK(outlet->take(record));
  CHECK_THAT(again.next(), Catch::EndsWith(record.message.data()));
}

TEST_CASE("a syslog that nobody reads holds nothing up") {
  const TempDir folder;
  Recorder syslogd(folder / "log");
  const auto outlet = open_syslog(LogFormat::json, folder / "log");
  bool is_full = false;
  for (int i = 0; i < 100000 && !is_full; ++i)
    is_full = !outlet->take(record);
  CHECK(is_full);
  const std::string line = syslogd.next();
  CHECK(nlohmann::json::parse(line.substr(line.find('{')))["state"] == "DOWN");
}

TEST_CASE("the journal is reached wherever standard error leads") {
  const TempDir folder;
  CHECK_FALSE(Journal::connect(folder / "journal").has_value());
  CHECK_FALSE(Journal::connect(std::string(200, 'x')).has_value());
  Recorder journald(folder / "journal");
  const auto journal = Journal::connect(folder / "journal");
  REQUIRE(journal);
  CHECK(journal->send(journal_entry(4, record.message, record.subject)));
  CHECK_THAT(journald.next(), Catch::Contains("\nLVSD_NEW_STATE=DOWN\n"));
}

TEST_CASE("a file gets every line before the log is closed") {
  const TempDir folder;
  const fs::path path = folder / "lvsd.log";
  {
    auto file = LogFile::open(path, LogFormat::text);
    REQUIRE(file.has_value());
    for (int i = 0; i < 500; ++i)
      CHECK((*file)->take(record));
  }
  CHECK(lines_of(path) == 500);
  const std::string first = content(path).substr(0, content(path).find('\n'));
  CHECK(std::regex_match(first, std::regex("[0-9T:.+Z-]+ WARNING Server web/web01 is DOWN")));
  struct stat found {};
  REQUIRE(::stat(path.c_str(), &found) == 0);
  CHECK((found.st_mode & 0007) == 0);
}

TEST_CASE("a log file that is moved away is begun anew") {
  const TempDir folder;
  const fs::path path = folder / "lvsd.log";
  auto file = LogFile::open(path, LogFormat::json);
  REQUIRE(file.has_value());
  CHECK((*file)->take(record));
  REQUIRE(eventually([&] { return lines_of(path) == 1; }));
  fs::rename(path, folder / "lvsd.log.1");
  CHECK((*file)->take(record));
  REQUIRE(eventually([&] { return lines_of(path) == 1; }));
  CHECK(nlohmann::json::parse(content(path))["service"] == "web");
  CHECK(lines_of(folder / "lvsd.log.1") == 1);
}

TEST_CASE("lines that a full disk does not take are counted in the log when it has room") {
  const TempDir folder;
  const fs::path path = folder / "lvsd.log";
  fs::create_symlink("/dev/full", path);
  auto file = LogFile::open(path, LogFormat::text);
  REQUIRE(file.has_value());
  for (int i = 0; i < 3; ++i)
    CHECK((*file)->take(record));
  const fs::path roomy = folder / "roomy";
  std::ofstream(roomy).flush();
  fs::create_symlink(roomy, folder / "link");
  // Some of the three may still be on their way; all that were lost are told of.
  fs::rename(folder / "link", path);
  REQUIRE(eventually([&] {
    CHECK((*file)->take(record));
    return lines_of(roomy) > 2;
  }));
  const std::string text = content(roomy);
  std::smatch count;
  const bool is_told =
      std::regex_search(text, count, std::regex("WARNING ([0-9]+) lines are missing here\n"));
  const std::size_t written = lines_of(roomy) - (is_told ? 1 : 0);
  CHECK((is_told ? std::stoul(count[1]) : 0U) + written > 3);
}

TEST_CASE("a log file in a folder that is not there is refused with its name") {
  const auto file = LogFile::open("/nowhere/lvsd.log", LogFormat::text);
  REQUIRE_FALSE(file.has_value());
  CHECK_THAT(text(file.error()), Catch::Contains("/nowhere/lvsd.log"));
}

TEST_CASE("the file says where the log goes and a reload can move it") {
  const AsItWas after;
  Site site("");
  const fs::path path = site.directory / "lvsd.log";
  site.write(with_log("    target file " + path.string() + "\n    format json\n"));
  site.up();
  REQUIRE(eventually(
      [&] { return content(path).find(" serves 1 virtual servers") != std::string::npos; }));
  CHECK(nlohmann::json::parse(content(path).substr(0, content(path).find('\n')))
            .contains("severity"));
  CHECK(site.log.count("serves 1 virtual servers") == 0);

  site.write(web(unchecked(2)));
  REQUIRE(site.reload().status == 200);
  CHECK(site.log.count("generation 2") == 1);
  CHECK(content(path).find("generation 2") == std::string::npos);
}

TEST_CASE("the file's level holds until an operator sets one and again when the file changes") {
  const AsItWas after;
  Site site(with_log("    level warning\n"));
  site.up();
  CHECK(site.log.count("serves 1 virtual servers") == 0);
  CHECK_THAT(site.get("/api/v1/log/level").body, Catch::Contains("\"level\":\"warning\""));
  REQUIRE(site.ask("POST", "/api/v1/log/level?value=debug").status == 200);
  REQUIRE(site.reload().status == 200);
  CHECK_THAT(site.get("/api/v1/log/level").body, Catch::Contains("\"level\":\"debug\""));
  site.write(with_log("    level error\n"));
  REQUIRE(site.reload().status == 200);
  CHECK_THAT(site.get("/api/v1/log/level").body, Catch::Contains("\"level\":\"error\""));
}

TEST_CASE("a log that cannot be written stays where it is and the reload goes on") {
  const AsItWas after;
  Site site(with_log("    target file /nowhere/lvsd.log\n"));
  site.up();
  CHECK(site.log.count("The log stays where it is: opening the log /nowhere/lvsd.log") == 1);
  CHECK(site.log.count("serves 1 virtual servers") == 1);
}
