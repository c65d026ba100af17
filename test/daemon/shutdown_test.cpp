#include <catch2/catch.hpp>

#include "test/daemon/site.h"
#include "test/text/table.h"

// lvsd is asked to stop over its API.

using namespace lvsd;
using namespace lvsd::test;

namespace {

const std::string theirs = "udp 10.9.9.9:53 rr\n  -> 10.9.9.1:53 NAT weight 1\n";

api::WishView wish_of(const Answer& answer) {
  INFO(answer.status << " " << answer.body);
  REQUIRE(answer.status == 200);
  return api::document<api::WishView>(answer.body).value().view;
}

}  // namespace

TEST_CASE("a shutdown is answered, ends with 0 and leaves the table as it is") {
  Site site(web(unchecked(2)));
  site.fake.put(table(theirs));
  site.up();
  const std::string before = text(site.fake.table());
  const auto writes = site.fake.changes();
  const auto wish = wish_of(site.ask("POST", "/api/v1/shutdown?reason=new+disk"));
  CHECK(wish.text == "lvsd stops; the kernel's table stays as it is, and traffic goes on");
  CHECK(site.joined() == exit_done);
  CHECK(text(site.fake.table()) == before);
  CHECK(site.fake.changes() == writes);
  CHECK(site.log.count("/api/v1/shutdown by ") == 1);
  CHECK(site.log.count(": new disk") == 1);
}

TEST_CASE("a shutdown that clears takes away what is ours before it answers, and nothing else") {
  Site site(web(unchecked(2) + unchecked(3)));
  site.fake.put(table(theirs));
  site.up();
  const auto wish = wish_of(site.ask("POST", "/api/v1/shutdown?clear=1"));
  CHECK(wish.text == "lvsd stops and takes 1 service out of the kernel");
  CHECK(text(site.fake.table()) == text(table(theirs)));
  CHECK(site.joined() == exit_done);
  CHECK(text(site.fake.table()) == text(table(theirs)));

  // What was cleared is no override: the next start brings it back.
  site.up();
  CHECK(site.fake.table().size() == 2);
}

TEST_CASE("a shutdown that is rehearsed tells what would leave and changes nothing") {
  Site site(web(unchecked(2)));
  site.fake.put(table(theirs));
  site.up();
  const auto writes = site.fake.changes();
  const auto clearing = wish_of(site.ask("POST", "/api/v1/shutdown?clear=1&dry_run=1"));
  CHECK(clearing.operations == std::vector<std::string>{"remove tcp 10.0.0.1:80"});
  const auto plain = wish_of(site.ask("POST", "/api/v1/shutdown?dry_run=1"));
  CHECK(plain.operations == std::vector<std::string>{});
  CHECK(site.fake.changes() == writes);
  CHECK(site.get("/readyz").status == 200);
}

TEST_CASE("lvs_flush_on_stop holds for a shutdown as for a signal") {
  Site site("global_defs {\n  lvs_flush_on_stop\n}\n" + web(unchecked(2)));
  site.up();
  CHECK(wish_of(site.ask("POST", "/api/v1/shutdown")).text ==
        "lvsd stops and takes 1 service out of the kernel");
  CHECK(site.joined() == exit_done);
  CHECK(site.fake.table().empty());
}

TEST_CASE("a shutdown whose clearing the kernel refuses says so, and stops all the same") {
  std::atomic<bool> refuse = false;
  Site site(web(unchecked(2)));
  site.fake.on_request = [&](FakeRequest& asked) {
    if (refuse && asked.is_change) asked.refuse_with = EPERM;
  };
  site.up();
  refuse = true;
  const Answer answer = site.ask("POST", "/api/v1/shutdown?clear=1");
  CHECK(answer.status == 503);
  CHECK(answer.body.find("lvsd stops, but services stay in the kernel: ") != std::string::npos);
  CHECK(site.joined() == exit_done);
}
