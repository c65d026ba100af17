#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "config/load.h"
#include "test/text/config.h"

// Files that nobody writes by hand: each is read in the time of its size, and told in words.

using namespace lvsd;

namespace {

const std::string service =
    "virtual_server 192.0.2.1 80 {\nprotocol TCP\nreal_server 192.0.2.2 80 {\n}\n}\n";

std::string repeated(const std::string& piece, std::size_t times) {
  std::string out;
  out.reserve(piece.size() * times);
  for (std::size_t i = 0; i < times; ++i)
    out += piece;
  return out;
}

// "LVC034 test.conf:3:1", a diagnostic a line.
std::string brief(const Diagnostics& diagnostics) {
  std::string out;
  for (const Diagnostic& diagnostic : diagnostics)
    out += diagnostic.code + " " + text(diagnostic.where) + "\n";
  return out;
}

std::string told(const std::string& contents) {
  return brief(test::load_text(contents).diagnostics);
}

std::string told(const std::map<std::string, std::string>& files) {
  return brief(load("test.conf", test::files_of(files), {}).diagnostics);
}

// $A0=BASE, $A1=${A0}${A0} and so on: 2^levels references where the last one is used.
std::string doubling(std::size_t levels, const std::string& base) {
  std::string out = "$A0=" + base + "\n";
  for (std::size_t i = 1; i <= levels; ++i) {
    const std::string before = "${A" + std::to_string(i - 1) + "}";
    out += "$A" + std::to_string(i) + "=" + before + before + "\n";
  }
  return out + "global_defs { router_id x${A" + std::to_string(levels) + "} }\n";
}

}  // namespace

TEST_CASE("definitions that double themselves are stopped") {
  CHECK(told(doubling(10, "x")) == "");
  CHECK(told(doubling(50, "x")).starts_with("LVC034 test.conf:52:"));
  CHECK(told(doubling(50, "")).starts_with("LVC034 test.conf:52:"));
}

TEST_CASE("definitions of several lines that double themselves are stopped") {
  std::string text = "$A0= x \\\n y\n";
  for (int i = 1; i <= 40; ++i) {
    const std::string before = "$A" + std::to_string(i - 1);
    text += "$A" + std::to_string(i) + "= " + before + " \\\n " + before + "\n";
  }
  CHECK(told(text + "vrrp_instance v {\nvirtual_ipaddress {\n$A40\n}\n}\n").find("LVC034") !=
        std::string::npos);
}

TEST_CASE("a definition that refers to itself is told where it is used") {
  CHECK(told("$X=$X\nglobal_defs {\nrouter_id $X\n}\n") == "LVC031 test.conf:3:11\n");
  CHECK(told("$X=${X} ${X}\nglobal_defs {\nrouter_id ${X}\n}\n") ==
        "LVC034 test.conf:3:1\nLVC031 test.conf:3:11\n");
}

TEST_CASE("a definition of several lines that ends in itself is stopped") {
  CHECK(told("$X= router_id a \\\n$X\nglobal_defs {\n$X\n}\n").find("LVC003") != std::string::npos);
}

TEST_CASE("a sequence of billions of lines is stopped") {
  CHECK(told("~SEQ(i, 1, 4000000000) router_id a\n").find("LVC034 test.conf:1:") !=
        std::string::npos);
  CHECK(told("~SEQ(i, 1, 4000000000)\n").find("LVC034 test.conf:1:") != std::string::npos);
  CHECK(told("~SEQ(i, 1, 100000) ~SEQ(j, 1, 100000)\n").find("LVC034") != std::string::npos);
}

TEST_CASE("blocks may be nested 256 deep and no deeper") {
  // What opens in an unknown block is skipped, however deep.
  const std::string deep = "strange {\n" + repeated("a {\n", 100'000) + repeated("}\n", 100'001);
  CHECK(told(deep) == "LVC012 test.conf:1:1\n");
  const std::string braces = repeated("{\n", 100'000) + repeated("}\n", 100'000);
  CHECK(told(braces) == "LVC016 test.conf:1:1\n");
}

TEST_CASE("files may include each other 256 deep and no deeper") {
  std::map<std::string, std::string> files;
  for (int i = 0; i < 300; ++i)
    files["f" + std::to_string(i)] = "include f" + std::to_string(i + 1) + "\n";
  files["test.conf"] = "include f0\n";
  CHECK(told(files) == "LVC003 f254:1:9\n");
  files["f254"] = service;
  CHECK(told(files) == "");
}

TEST_CASE("a file that includes itself many times over is told once each") {
  CHECK(told({{"test.conf", repeated("include test.conf\n", 3)}}) ==
        "LVC005 test.conf:1:9\nLVC005 test.conf:2:9\nLVC005 test.conf:3:9\n");
}

TEST_CASE("a tree of includes that grows without end is stopped by its size") {
  // 40 files that include the next one twice: 2^40 readings.
  std::map<std::string, std::string> files;
  for (int i = 0; i < 40; ++i) {
    const std::string next = "include f" + std::to_string(i + 1) + "\n";
    files["f" + std::to_string(i)] = next + next + std::string(100'000, '#') + "\n";
  }
  files["f40"] = std::string(100'000, '#');
  files["test.conf"] = "include f0\n";
  CHECK(told(files).starts_with("LVC002 "));
  for (auto& [name, contents] : files)
    contents.erase(std::min(contents.find('#'), contents.size()));
  CHECK(told(files).starts_with("LVC002 "));
}

TEST_CASE("a pattern of lists that is longer than any path is no include") {
  CHECK(told("include a" + repeated("{,}", 2'000'000) + "\n" + service) ==
        "LVC006 test.conf:1:9\n");
  CHECK(told("include a" + repeated("{,}", 1000) + "\n" + service) != "LVC006 test.conf:1:9\n");
}

TEST_CASE("groups stand for a million services altogether") {
  std::string text = "virtual_server_group g {\n10.0.0.0/16 80\n}\n";
  for (int i = 0; i < 16; ++i)
    text += "virtual_server group g {\nprotocol TCP\nreal_server 192.0.2.2 80 {\n}\n}\n";
  CHECK(told(text).find("LVC046 test.conf:79:1\n") != std::string::npos);
  CHECK(told(text).find("LVC046 test.conf:74:1\n") == std::string::npos);
}

TEST_CASE("a line with a NUL byte is left out and told") {
  std::string text = service;
  text.insert(text.find("TCP") + 1, 1, '\0');
  CHECK(told(text) == "LVC007 test.conf:2:11\n");
  CHECK(told(std::string(100'000, '\0')) == "LVC007 test.conf:1:1\n");
}

TEST_CASE("a byte order mark and carriage returns mean nothing") {
  std::string text = "\xef\xbb\xbf";
  for (const char c : service)
    text += c == '\n' ? std::string("\r\n") : std::string(1, c);
  CHECK(told(text) == "");
  CHECK(told("\xef\xbb\xbf") == "");
}

TEST_CASE("a no-break space is taken as a blank and told once") {
  CHECK(told("virtual_server\xc2\xa0"
             "192.0.2.1 80 {\nprotocol\xe3\x80\x80TCP\nreal_server 192.0.2.2 80 {\n}\n}\n") ==
        "LVC022 test.conf:1:15\n");
}

TEST_CASE("any bytes may stand in comments and names") {
  std::string bytes;
  for (int i = 1; i < 256; ++i)
    if (i != '\n' && i != '\r') bytes += static_cast<char>(i);
  CHECK(told("# " + bytes + "\n" + service) == "");
  CHECK(told("global_defs {\nrouter_id \x82\xa0\xff\n}\n") == "");
}

TEST_CASE("a line of megabytes is read and shown by its place alone") {
  const std::string much(8'000'000, 'x');
  const Loaded loaded = test::load_text("global_defs {\nrouter_id a " + much + "\n}\n");
  REQUIRE(loaded.diagnostics.size() == 1);
  CHECK(text(loaded.diagnostics.front()).size() < 8'100'000);
  CHECK(loaded.diagnostics.front().source_line.empty());
  CHECK(told(service + "#" + much) == "");
  CHECK(told("virtual_server 192.0.2.1 80 {" + repeated(" weight 1 {}", 100'000) + "}").size() >
        100);
}

TEST_CASE("a hundred mistakes are told and the others counted") {
  const Loaded loaded = test::load_text(repeated("strange\n", 1'000'000));
  REQUIRE(loaded.diagnostics.size() == 101);
  CHECK(text(loaded.diagnostics.back()) == "note: 999900 more not shown [LVC099]\n");
}

TEST_CASE("an include that finds nothing is told as strictly as it was written") {
  const auto codes = [](const std::string& word) {
    std::string out;
    for (const std::string pattern : {"none.conf", "none*.conf", "{none,test}.conf"}) {
      const std::string line = word + " " + pattern + "\n";
      const Files files = test::files_of({{"main.conf", line}, {"test.conf", ""}});
      const Diagnostics diagnostics = load("main.conf", files, {}).diagnostics;
      out += diagnostics.empty() ? "- " : diagnostics.front().code + " ";
    }
    return out;
  };
  // A name, a pattern, and one of a list that is not there.
  CHECK(codes("include") == "LVC004 - LVC004 ");
  CHECK(codes("includer") == "LVC004 - LVC004 ");
  CHECK(codes("includem") == "LVC001 - LVC004 ");
  CHECK(codes("includew") == "LVC001 LVC001 LVC004 ");
  CHECK(codes("includeb") == "LVC004 - LVC001 ");
  CHECK(codes("includea") == "LVC001 LVC001 LVC001 ");
}
