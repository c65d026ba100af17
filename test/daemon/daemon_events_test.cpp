#include <catch2/catch.hpp>
#include <chrono>
#include <deque>

#include "api/event_stream.h"
#include "test/daemon/site.h"

// What happened, through the API of a whole daemon.

using namespace lvsd;
using namespace std::chrono_literals;
using lvsd::test::Answer;
using lvsd::test::eventually;
using lvsd::test::RawClient;
using lvsd::test::Site;
using lvsd::test::unchecked;
using lvsd::test::web;

namespace {

using Events = std::vector<api::EventView>;

const std::string path = "/api/v1/events";

// The body without its chunks' lengths.
std::string joined(std::string_view chunked) {
  std::string out;
  while (!chunked.empty()) {
    const auto line = chunked.find("\r\n");
    if (line == chunked.npos) break;
    const auto size = std::stoul(std::string(chunked.substr(0, line)), nullptr, 16);
    out += chunked.substr(line + 2, size);
    chunked.remove_prefix(std::min(line + 2 + size + 2, chunked.size()));
  }
  return out;
}

Events events(const Site& site, const std::string& query = "") {
  RawClient client(site.directory / "lvsd.sock");
  client.send("GET " + path + query + " HTTP/1.1\r\nHost: l\r\nConnection: close\r\n\r\n");
  const std::string answer = client.rest();
  INFO(answer);
  REQUIRE(answer.starts_with("HTTP/1.1 200 "));
  return api::document<Events>(joined(answer.substr(answer.find("\r\n\r\n") + 4))).value().view;
}

std::string texts(const Events& events) {
  std::string out;
  for (const api::EventView& event : events)
    out += event.event + ": " + event.text + "\n";
  return out;
}

// A client that follows, and what it has been told.
class Follower {
 public:
  Follower(const Site& site, const std::string& query, const std::string& headers = "")
      : client_(site.directory / "lvsd.sock") {
    client_.send("GET " + path + query + " HTTP/1.1\r\nHost: l\r\nAccept: text/event-stream\r\n" +
                 headers + "\r\n");
    head_ = client_.answer(false);
  }

  const std::string& head() const { return head_; }
  RawClient& client() { return client_; }

  // Reads until a text that has these words has come.
  std::string until(const std::string& words) {
    do
      stream_ += client_.taken();
    while (stream_.find(words) == std::string::npos && client_.take_in(1));
    return stream_;
  }

 private:
  RawClient client_;
  std::string head_;
  std::string stream_;
};

}  // namespace

TEST_CASE("reloads and wishes and drift are events with their parts") {
  Site site("global_defs {\n  audit_interval 1\n}\n" + web(unchecked(2) + unchecked(3)));
  site.up();
  REQUIRE(
      site.ask("POST", "/api/v1/services/tcp:10.0.0.1:80/servers/10.0.0.2:80/drain?reason=patch")
          .status == 200);
  site.write(web(unchecked(2)) + "nonsense\n");
  CHECK(site.reload().status == 422);
  site.write("global_defs {\n  audit_interval 1\n}\n" + web(unchecked(2) + unchecked(3, 7)));
  CHECK(site.reload().status == 200);

  const Events wishes = events(site, "?event=wish");
  REQUIRE(wishes.size() == 1);
  CHECK(wishes[0].service == "tcp:10.0.0.1:80");
  CHECK(wishes[0].server == "10.0.0.2:80");
  CHECK(wishes[0].before == "ACTIVE 1");
  CHECK(wishes[0].reason == "patch");
  CHECK(wishes[0].severity == "notice");
  const Events reloads = events(site, "?event=reload");
  REQUIRE(reloads.size() == 2);
  CHECK(reloads[0].state == "REFUSED");
  CHECK(reloads[0].severity == "error");
  CHECK(reloads[1].state == "APPLIED");
  CHECK(events(site, "?event=reload&severity=error").size() == 1);

  REQUIRE(site.fake.change(SetDestination{*parse_service_key("tcp:10.0.0.1:80"),
                                          *parse_endpoint("10.0.0.3:80"),
                                          {.weight = 99}}) == 0);
  REQUIRE(eventually([&] { return !events(site, "?event=drift").empty(); }));
  const api::EventView drift = events(site, "?event=drift&service=tcp:10.0.0.1:80").at(0);
  CHECK(drift.server == "10.0.0.3:80");
  CHECK(drift.before == "NAT weight 7");
  CHECK(drift.state == "NAT weight 99");
  CHECK(events(site, "?service=nosuch").empty());
  // Every one of them is in the log as well.
  for (const api::EventView& event : events(site)) {
    INFO(event.text);
    CHECK(site.log.count(event.text) > 0);
  }
  CHECK(site.stop() == exit_done);
}

TEST_CASE("events are numbered without a hole and a later daemon goes on higher") {
  Site site(web(unchecked(2) + unchecked(3)));
  site.up();
  for (int i = 0; i < 5; ++i)
    CHECK(site.reload().status == 200);
  const Events all = events(site);
  REQUIRE(all.size() >= 6);
  for (std::size_t i = 1; i < all.size(); ++i)
    CHECK(all[i].sequence == all[i - 1].sequence + 1);
  const std::string last = std::to_string(all.back().sequence);
  CHECK(events(site, "?after=" + last).empty());
  CHECK(texts(events(site, "?after=" + std::to_string(all[all.size() - 3].sequence))) ==
        texts({all.end() - 2, all.end()}));
  CHECK(texts(events(site, "?limit=2")) == texts({all.end() - 2, all.end()}));
  CHECK(site.get(path + "?after=x").status == 400);
  CHECK(site.get(path + "?event=weather").status == 400);
  CHECK(site.stop() == exit_done);

  // Numbers go by the second of the start.
  const auto next = std::chrono::ceil<std::chrono::seconds>(all.back().time.at);
  REQUIRE(eventually([&] { return std::chrono::system_clock::now() >= next; }));
  site.up();
  const Events later = events(site, "?after=" + last);
  REQUIRE(later.size() >= 2);
  CHECK(later[0].event == "gap");
  CHECK(later[1].sequence > all.back().sequence);
  CHECK(site.stop() == exit_done);
}

TEST_CASE("who follows is told at once and resumes where it stood") {
  Site site(web(unchecked(2) + unchecked(3)));
  site.up();
  Follower follower(site, "?limit=0");
  CHECK_THAT(follower.head(), Catch::Contains("Content-Type: text/event-stream\r\n"));
  CHECK(site.reload().status == 200);
  const std::string told = follower.until("generation 2");
  CHECK_THAT(told, Catch::Contains("event: reload\n"));
  CHECK(told.find("serves 1 virtual servers") == std::string::npos);
  follower.client().close();

  CHECK(site.reload().status == 200);
  CHECK(site.reload().status == 200);
  const auto id = told.rfind("id: ") + 4;
  const std::string number = told.substr(id, told.find('\n', id) - id);
  Follower again(site, "?limit=0", "Last-Event-ID: " + number + "\r\n");
  const std::string resumed = again.until("generation 4");
  CHECK_THAT(resumed, Catch::Contains("generation 3"));
  CHECK(resumed.find("generation 2,") == std::string::npos);
  Follower bad(site, "", "Last-Event-ID: soon\r\n");
  CHECK(bad.head().starts_with("HTTP/1.1 400 "));
  CHECK(site.stop() == exit_done);
}

TEST_CASE("a follower that never reads is dropped and holds nobody up") {
  Site site(web(unchecked(2) + unchecked(3)));
  site.up();
  const Follower idle(site, "");
  const std::string reason(900, 'x');
  std::string drain =
      "/api/v1/services/tcp:10.0.0.1:80/servers/10.0.0.2:80/weight?reason=" + reason;
  // More than a socket holds.
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 400; ++i)
    REQUIRE(site.ask("POST", drain + "&value=" + std::to_string(i % 2 + 2)).status == 200);
  CHECK(std::chrono::steady_clock::now() - begin < 30s);
  CHECK(events(site, "?event=wish").size() == 400);
  CHECK(site.stop() == exit_done);
}

TEST_CASE("more may not follow than leave room for those who ask") {
  Site site(web(unchecked(2)));
  site.up();
  std::deque<Follower> followers;
  for (int i = 0; i < 64; ++i)
    REQUIRE(followers.emplace_back(site, "?limit=0").head().starts_with("HTTP/1.1 200 "));
  CHECK(Follower(site, "?limit=0").head().starts_with("HTTP/1.1 503 "));
  CHECK(site.get("/readyz").status == 200);
  CHECK(site.reload().status == 200);
  for (Follower& follower : followers)
    CHECK_THAT(follower.until("generation 2"), Catch::Contains("event: reload\n"));
  CHECK(site.stop() == exit_done);
}
