#include "health/http_reader.h"

#include <catch2/catch.hpp>
#include <random>

using namespace lvsd;

namespace {

struct Read {
  std::string outcome;  // "200 OK: body", "fault: …", "200 OK… body" when more would come
  bool operator==(const Read&) const = default;
};

// Reads `bytes` in pieces whose lengths `piece` says.
std::string read(std::string_view bytes, const std::function<std::size_t()>& piece,
                 bool of_head = false) {
  HttpReader reader(1000, of_head);
  std::string body;
  while (!bytes.empty() && !reader.has_ended()) {
    std::string_view part = bytes.substr(0, std::max<std::size_t>(1, piece()));
    bytes.remove_prefix(part.size());
    while (!part.empty() && !reader.has_ended())
      body += reader.read(part);
  }
  if (!reader.fault().empty()) return "fault: " + std::string(reader.fault());
  if (!reader.has_head()) return "no head";
  return std::to_string(reader.status()) + " " + reader.reason() +
         (reader.is_cut()      ? " cut "
          : reader.has_ended() ? ": "
                               : "... ") +
         body;
}

std::string read(std::string_view bytes) {
  return read(bytes, [&] { return bytes.size(); });
}

const std::vector<std::pair<std::string, std::string>> answers = {
    {"HTTP/1.0 200 OK\r\n\r\nhello", "200 OK... hello"},
    {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "200 OK: hello"},
    {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello, more", "200 OK: hello"},
    {"HTTP/1.1 200 OK\r\ncontent-LENGTH:\t5 \r\n\r\nhel", "200 OK... hel"},
    {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "200 OK: "},
    {"HTTP/1.1 204 No Content\r\n\r\n", "204 No Content: "},
    {"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", "200 : "},
    {"HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", "200 : "},
    {"HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", "200 OK: hi"},
    {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "200 OK: hi"},
    {"HTTP/1.1 200 OK\r\nX: a\r\n folded\r\nContent-Length: 2\r\n\r\nhi", "200 OK: hi"},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n",
     "200 OK: hello"},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n0\r\nTrailer: x\r\n\r\n", "200 OK: "},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n0\r\n\r\n",
     "fault: a chunk is longer than its size"},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", "fault: a chunk has no size"},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n11111111111111111\r\n",
     "fault: a chunk has no size"},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
     "fault: the body is in a coding that was not asked for"},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n",
     "fault: there is a content length beside chunks"},
    {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
     "fault: there is a content length beside chunks"},
    {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n",
     "fault: there are two content lengths"},
    {"HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\n", "fault: the content length is not a number"},
    {"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
     "fault: the content length is not a number"},
    {"HTTP/1.1 200 OK\r\nno field\r\n\r\n", "fault: the header has a line without a field"},
    {"HTTP/1.1 200 OK\r\nContent-Length : 3\r\n\r\n",
     "fault: the header has a line without a field"},
    {"HTTP/1.1 Very well\r\n\r\n", "fault: the answer has no status"},
    {"HTTP/1.1 20\r\n\r\n", "fault: the answer is not HTTP"},
    {"HTTP/1.1 2000 OK\r\n\r\n", "fault: the answer has no status"},
    {"HTTP/2 200\r\n\r\n", "fault: the answer is not HTTP"},
    {"<html>hello</html>\r\n", "fault: the answer is not HTTP"},
    {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "fault: the answer is not HTTP"},
    {"HTTP/1.1 200 OK\r\nX: y\r\n", "no head"},
    {"HTTP/1.1 200 OK\r\n\r\n" + std::string(1500, 'x'), "200 OK cut " + std::string(1000, 'x')},
    {"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'x'),
     "200 OK: " + std::string(1000, 'x')},
    {"HTTP/1.1 200 OK\r\n" + std::string(70000, 'x'), "fault: the header is too long"},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(70000, 'x'),
     "fault: the header is too long"},
};

}  // namespace

TEST_CASE("an HTTP answer is read as it is meant - or its fault is named") {
  for (const auto& [bytes, expected] : answers) {
    INFO(bytes.substr(0, 200));
    CHECK(read(bytes) == expected);
  }
}

TEST_CASE("how an HTTP answer is cut into pieces changes nothing") {
  const auto seed = Catch::rngSeed();
  std::mt19937 random(seed);
  for (const auto& [bytes, expected] : answers) {
    INFO("seed " << seed << ": " << bytes.substr(0, 200));
    CHECK(read(bytes, [] { return 1; }) == expected);
    std::uniform_int_distribution<std::size_t> length(1, 40);
    for (int i = 0; i < 5; ++i)
      CHECK(read(bytes, [&] { return length(random); }) == expected);
  }
}

TEST_CASE("the answer to a HEAD has no body whatever its length says") {
  CHECK(read(
            "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", [] { return 7; }, true) ==
        "200 OK: ");
}

TEST_CASE("a body in a thousand small chunks is read but not one in endless ones") {
  std::string chunks;
  for (int i = 0; i < 500; ++i)
    chunks += "1\r\nx\r\n";
  CHECK(read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + "0\r\n\r\n") ==
        "200 OK: " + std::string(500, 'x'));
}
