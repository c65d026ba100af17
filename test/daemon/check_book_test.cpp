#include "daemon/check_book.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>
#include <set>

#include "test/text/random.h"
#include "test/text/situation.h"

using namespace lvsd;
using lvsd::test::config_of;
using lvsd::test::Random;

namespace {

std::string users(const CheckBook::Entry& entry) {
  std::string out;
  for (const CheckUser& user : entry.users)
    out += std::to_string(user.pool) + "/" + std::to_string(user.server) + "/" +
           std::to_string(user.check) + " ";
  return out;
}

const Check& check_of(const Config& config, const CheckUser& user) {
  return config.virtual_servers[user.pool].real_servers[user.server].checks[user.check];
}

}  // namespace

TEST_CASE("equal checks of several servers are one check with several users") {
  CheckBook book;
  const auto changes = book.renew(
      config_of("tcp 10.0.0.1:80 wlc\nreal 10.0.0.2:80 NAT weight 1\nreal 10.0.0.3:80 NAT weight 1",
                "tcp 10.0.0.7:80 wlc\nreal 10.0.0.2:80 DR weight 5\n"));
  CHECK(changes.ended.empty());
  REQUIRE(changes.begun.size() == 2);
  CHECK(users(*book.find(changes.begun[0])) == "0/0/0 1/0/0 ");
  CHECK(users(*book.find(changes.begun[1])) == "0/1/0 ");
}

TEST_CASE("checks of one server that differ in their settings only are two") {
  Config config = config_of("tcp 10.0.0.1:80 wlc\nreal 10.0.0.2:80 NAT weight 1\n");
  auto& checks = config.virtual_servers[0].real_servers[0].checks;
  checks.push_back(checks[0]);
  CheckSettings slow;
  slow.policy.retry = 9;
  checks[1].settings = std::make_shared<const CheckSettings>(slow);
  CheckBook book;
  CHECK(book.renew(config).begun.size() == 2);
}

TEST_CASE("a check that a reload leaves as it is keeps its id and gets its new users") {
  CheckBook book;
  const CheckId id =
      book.renew(config_of("tcp 10.0.0.1:80 wlc\nreal 10.0.0.2:80 NAT weight 1\n")).begun.at(0);
  const auto changes = book.renew(
      config_of("tcp 10.0.0.1:80 wlc\nreal 10.0.0.3:80 NAT weight 1\nreal 10.0.0.2:80 NAT weight "
                "1\n"));
  CHECK(changes.ended.empty());
  CHECK(changes.begun.size() == 1);
  CHECK(users(*book.find(id)) == "0/1/0 ");
}

TEST_CASE("a check that nobody uses any more has ended and its id is never used again") {
  const Config config = config_of("tcp 10.0.0.1:80 wlc\nreal 10.0.0.2:80 NAT weight 1\n");
  CheckBook book;
  const CheckId id = book.renew(config).begun.at(0);
  const auto gone = book.renew({});
  CHECK(gone.ended == std::vector<CheckId>{id});
  CHECK(book.find(id) == nullptr);
  CHECK(book.renew(config).begun.at(0) != id);
}

TEST_CASE("law: after any reload the book has each check of the file once with all its users") {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    Random random(seed);
    CAPTURE(seed);
    CheckBook book;
    for (int reload = 0; reload < 4; ++reload) {
      const Config config = random_config(random);
      std::map<CheckId, Check> before;
      for (const auto& [id, entry] : book.entries())
        before.emplace(id, entry.check);
      const auto [ended, begun, kept] = book.renew(config);

      std::size_t used = 0;
      for (const auto& [id, entry] : book.entries()) {
        REQUIRE_FALSE(entry.users.empty());
        used += entry.users.size();
        for (const CheckUser& user : entry.users)
          REQUIRE(check_of(config, user) == entry.check);
        for (const auto& [other, twin] : book.entries())
          REQUIRE((other == id || !(twin.check == entry.check)));
      }
      std::size_t checks = 0;
      for (const VirtualServer& server : config.virtual_servers)
        for (const RealServer& real : server.real_servers)
          checks += real.checks.size();
      REQUIRE(used == checks);

      // What was there is there still, under its id and unchanged, or has ended.
      const std::set<CheckId> over(ended.begin(), ended.end());
      const std::set<CheckId> fresh(begun.begin(), begun.end());
      REQUIRE(kept.size() + over.size() == before.size());
      for (const auto& [id, check] : before) {
        REQUIRE(over.contains(id) == (book.find(id) == nullptr));
        REQUIRE(over.contains(id) != std::binary_search(kept.begin(), kept.end(), id));
        if (!over.contains(id)) REQUIRE(book.find(id)->check == check);
      }
      for (const auto& [id, entry] : book.entries())
        REQUIRE(fresh.contains(id) != before.contains(id));
    }
  }
}
