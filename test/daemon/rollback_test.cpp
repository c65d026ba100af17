#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "test/daemon/asked.h"
#include "test/text/table.h"

// Back to an earlier configuration; with a whole daemon.

using namespace lvsd;
using namespace lvsd::test;
using namespace std::chrono_literals;
using Json = nlohmann::json;

namespace {

std::string weights(int first, int second) {
  return web(unchecked(2, first) + unchecked(3, second));
}

std::string table_with(int first, int second) {
  return "tcp 10.0.0.1:80 wlc\n  -> 10.0.0.2:80 NAT weight " + std::to_string(first) +
         "\n  -> 10.0.0.3:80 NAT weight " + std::to_string(second) + "\n";
}

bool has(Site& site, int first, int second) {
  return eventually([&] { return text(site.fake.table()) == table_with(first, second); });
}

// "3 rollback to 1 APPLIED; 2 reload APPLIED; 1 start APPLIED; "
std::string history(const Site& site) {
  std::string out;
  const Json answer = asked(site, "GET", "config/history");
  for (const Json& item : answer.at("items"))
    out += item.at("generation").dump() + " " + item.at("how").get<std::string>() + " " +
           item.at("result").get<std::string>() + "; ";
  return out;
}

std::string attention(const Site& site) {
  std::string out;
  const Json status = asked(site, "GET", "status");
  for (const Json& entry : status.at("attention"))
    out += entry.at("text").get<std::string>() + "\n";
  return out;
}

// With weights 1 1 as generation 1 and 5 5 as generation 2, which is what the file says.
struct TwoGenerations : Site {
  TwoGenerations() : Site(weights(1, 1)) {
    up();
    write(weights(5, 5));
    REQUIRE(reload().status == 200);
    REQUIRE(has(*this, 5, 5));
  }
  std::string file() const { return (directory / "lvsd.conf").string(); }
};

}  // namespace

TEST_CASE("a rollback puts an earlier configuration in force and leaves the file alone") {
  TwoGenerations site;
  CHECK(history(site) == "2 reload APPLIED; 1 start APPLIED; ");
  const Json plan = asked(site, "POST", "config/diff?generation=1");
  CHECK(plan.at("operations").size() == 2);
  CHECK(asked(site, "POST", "config/diff?generation=previous").at("operations") ==
        plan.at("operations"));
  CHECK(text(site.fake.table()) == table_with(5, 5));

  const Json done = asked(site, "POST", "config/rollback?generation=1&reason=too+heavy");
  CHECK(done.at("generation") == 3);
  CHECK(done.at("previous_generation") == 2);
  CHECK(done.at("rollback").at("restored") == 1);
  CHECK(done.at("rollback").at("file_says_otherwise") == true);
  CHECK(done.at("rollback").at("confirm_until").is_null());
  CHECK(text(site.fake.table()) == table_with(1, 1));
  CHECK(history(site) == "3 rollback to 1 APPLIED; 2 reload APPLIED; 1 start APPLIED; ");
  const Json last = asked(site, "GET", "config/history").at("items").at(0);
  CHECK(last.at("reason") == "too heavy");
  CHECK(last.at("in_force") == true);
  CHECK(last.at("from_file") == false);
  CHECK(attention(site).find("(too heavy) went back to the configuration of generation 1; " +
                             site.file() + " says otherwise") != std::string::npos);
  CHECK(asked(site, "POST", "config/diff").at("changes").size() == 2);

  // To and fro: without a number it is the one before.
  CHECK(asked(site, "POST", "config/rollback").at("rollback").is_null());
  CHECK(text(site.fake.table()) == table_with(5, 5));
  CHECK(attention(site).empty());
}

TEST_CASE("a rollback to what there is not is refused") {
  TwoGenerations site;
  CHECK(asked(site, "POST", "config/rollback?generation=9", 404).at("near") == Json({"2", "1"}));
  CHECK(asked(site, "POST", "config/rollback?generation=2", 409).at("detail") ==
        "the configuration of generation 2 is the one in force");
  CHECK(asked(site, "POST", "config/rollback?confirm_within_seconds=soon", 400).at("status") ==
        400);
  CHECK(asked(site, "POST", "config/confirm", 409).at("detail") ==
        "no configuration waits to be confirmed");
  std::filesystem::remove(site.directory / "state" / "config" / "1.conf");
  CHECK(asked(site, "POST", "config/rollback?generation=1", 500).at("status") == 500);
  CHECK(text(site.fake.table()) == table_with(5, 5));
  CHECK(site.generation() == 2);
  CHECK(site.stop() == exit_done);

  Site fresh(weights(1, 1));
  fresh.up();
  CHECK(asked(fresh, "POST", "config/rollback", 409).at("detail") ==
        "there is no earlier configuration to go back to");
}

TEST_CASE("a rollback obeys the guard of reloads") {
  const std::string guard = "global_defs {\n  reload_guard 30\n}\n";
  Site site(guard + web(unchecked(2)));
  site.up();
  site.write(guard + web(unchecked(2) + unchecked(3) + unchecked(4) + unchecked(5)));
  REQUIRE(site.reload().status == 200);
  CHECK(asked(site, "POST", "config/rollback", 409).at("status") == 409);
  CHECK(site.log.count("'lvsctl config rollback --force' applies it all the same") == 1);
  CHECK(asked(site, "POST", "config/rollback?force=1").at("state") == "APPLIED");
}

TEST_CASE("what was gone back to stays over a restart until the file says something new") {
  TwoGenerations site;
  REQUIRE(asked(site, "POST", "config/rollback").at("generation") == 3);
  CHECK(site.stop() == exit_done);
  site.up();
  CHECK(text(site.fake.table()) == table_with(1, 1));
  CHECK(site.generation() == 3);
  CHECK(site.log.count("The configuration of generation 3 stays in the place of " + site.file()) ==
        1);
  CHECK(attention(site).find("went back to the configuration of generation 1") !=
        std::string::npos);

  CHECK(site.stop() == exit_done);
  site.write(weights(7, 7));
  site.up();
  CHECK(has(site, 7, 7));
  CHECK(site.generation() == 4);
  CHECK(attention(site).empty());
  // The same file again is the same generation.
  CHECK(site.stop() == exit_done);
  site.up();
  CHECK(site.generation() == 4);
  CHECK(history(site) ==
        "4 start APPLIED; 3 rollback to 1 APPLIED; 2 reload APPLIED; 1 start APPLIED; ");
}

TEST_CASE("a reload puts the file in force again after a rollback") {
  TwoGenerations site;
  REQUIRE(asked(site, "POST", "config/rollback?confirm_within_seconds=100").at("generation") == 3);
  CHECK(site.reload().status == 200);
  CHECK(text(site.fake.table()) == table_with(5, 5));
  CHECK(attention(site).empty());
  CHECK(asked(site, "POST", "config/confirm", 409).at("status") == 409);
}

TEST_CASE("a rollback that nobody confirms is undone") {
  TwoGenerations site;
  const Json done = asked(site, "POST", "config/rollback?confirm_within_seconds=1");
  CHECK(done.at("rollback").at("back_to") == 2);
  CHECK(!done.at("rollback").at("confirm_until").is_null());
  CHECK(text(site.fake.table()) == table_with(1, 1));
  CHECK(attention(site).find("goes back to generation 2 at ") == 0);
  CHECK(has(site, 5, 5));
  CHECK(eventually([&] { return site.generation() == 4; }));
  CHECK(site.log.count("Generation 3 was not confirmed in time: back to generation 2") == 1);
  CHECK(eventually([&] {
    return history(site) ==
           "4 back from 3 APPLIED; 3 rollback to 1 NOT_CONFIRMED; 2 reload APPLIED; 1 start "
           "APPLIED; ";
  }));
  CHECK(attention(site).empty());
}

TEST_CASE("a rollback that is confirmed stays") {
  TwoGenerations site;
  REQUIRE(asked(site, "POST", "config/rollback?confirm_within_seconds=2").at("generation") == 3);
  CHECK(asked(site, "POST", "config/confirm?dry_run=1").at("operations") == Json::array());
  const Json confirmed = asked(site, "POST", "config/confirm?reason=it+works");
  CHECK(confirmed.at("text") == "generation 3 stays in force");
  CHECK(confirmed.at("undo") == "lvsctl config rollback 2");
  CHECK(site.log.count("Generation 3 is confirmed by ") == 1);
  CHECK(attention(site).find("goes back") == std::string::npos);
  // Longer than the time it had.
  const Time end = Time::clock::now() + 2500ms;
  CHECK(eventually([&] { return Time::clock::now() > end; }));
  CHECK(text(site.fake.table()) == table_with(1, 1));
  CHECK(site.generation() == 3);
}

TEST_CASE("a rollback that waits for its confirmation goes back after a restart as well") {
  TwoGenerations site;
  REQUIRE(asked(site, "POST", "config/rollback?confirm_within_seconds=3").at("generation") == 3);
  CHECK(site.stop() == exit_done);
  site.up();
  CHECK(text(site.fake.table()) == table_with(1, 1));
  CHECK(attention(site).find("goes back to generation 2 at ") == 0);
  CHECK(has(site, 5, 5));
  CHECK(site.log.count("Generation 3 was not confirmed in time: back to generation 2") == 1);

  // And where its time is over before there is a daemon again.
  REQUIRE(asked(site, "POST", "config/rollback?generation=1&confirm_within_seconds=1")
              .at("rollback")
              .at("back_to") == 4);
  CHECK(site.stop() == exit_done);
  const Time end = Time::clock::now() + 1100ms;
  CHECK(eventually([&] { return Time::clock::now() > end; }));
  site.up();
  CHECK(has(site, 5, 5));
  CHECK(history(site).starts_with("6 start APPLIED; 5 rollback to 1 NOT_CONFIRMED; "));
}

TEST_CASE("an unconfirmed rollback is never what another one goes back to") {
  TwoGenerations site;
  site.write(weights(9, 9));
  REQUIRE(site.reload().status == 200);
  REQUIRE(
      asked(site, "POST", "config/rollback?generation=2&confirm_within_seconds=60").at("state") ==
      "APPLIED");
  const Json second = asked(site, "POST", "config/rollback?generation=1&confirm_within_seconds=60");
  CHECK(second.at("rollback").at("back_to") == 3);
}
