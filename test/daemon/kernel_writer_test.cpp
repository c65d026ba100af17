#include "daemon/kernel_writer.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <thread>

#include "daemon/kernel_error.h"
#include "test/fakes/fake_netlink.h"
#include "test/fakes/gate.h"

using namespace lvsd;
using namespace std::chrono_literals;
using lvsd::test::FakeNetlink;
using lvsd::test::FakeRequest;
using lvsd::test::Gate;
namespace asio = boost::asio;

namespace {

const ServiceKey kWeb = *parse_service_key("tcp 10.0.0.1:80");
const Plan kPlan{AddService{kWeb, {.scheduler = "rr"}},
                 AddDestination{kWeb, *parse_endpoint("10.0.0.2:80"), {.weight = 3}}};

// What `call` returns, with the loop run until it does.
template <class T>
T result(asio::io_context& loop, asio::awaitable<T> call) {
  std::optional<T> out;
  asio::co_spawn(loop, std::move(call), [&out](std::exception_ptr failure, T value) {
    if (failure) std::rethrow_exception(failure);
    out = std::move(value);
  });
  loop.restart();
  while (!out)
    if (loop.run_one() == 0) throw std::logic_error("the call never ends");
  return std::move(*out);
}

}  // namespace

TEST_CASE("the writer answers each call on the strand") {
  FakeNetlink fake;
  asio::io_context loop;
  KernelWriter writer(loop.get_executor(), fake.open());
  CHECK(result(loop, writer.info()).value().version == 0x010201);
  CHECK(result(loop, writer.apply(kPlan)).empty());
  CHECK(table_of(result(loop, writer.dump()).value()) == fake.table());
  CHECK(result(loop, writer.dump(kWeb)).value()->destinations.size() == 1);
  CHECK_FALSE(writer.busy_since());
  CHECK_FALSE(writer.stuck());
}

TEST_CASE("a call that the kernel holds back ends at its timeout and the loop goes on") {
  Gate gate;
  FakeNetlink fake;
  asio::io_context loop;
  KernelWriter writer(loop.get_executor(), fake.open(), {.timeout = 500ms});
  REQUIRE(result(loop, writer.info()).has_value());
  fake.on_request = [&gate](FakeRequest& request) {
    if (request.is_change && request.change == 0) gate.hold();
  };
  const auto failures = result(loop, writer.apply(kPlan));
  REQUIRE(failures.size() == 2);
  CHECK(failures[0].error.code == kernel_errc::unknown_outcome);
  CHECK(failures[1].op == 1);
  CHECK(writer.busy_since());
  CHECK(writer.stuck());

  // What waits behind it is not begun, then or later.
  CHECK(result(loop, writer.dump()).error().code == kernel_errc::not_attempted);
  const auto before = fake.requests();
  gate.open.release();
  REQUIRE(result(loop, writer.info()).has_value());
  CHECK(fake.requests() == before + 2);  // the second op of the plan, and this question
  CHECK_FALSE(writer.stuck());
  CHECK(fake.table()[kWeb].destinations.size() == 1);
}

TEST_CASE("a full queue refuses at once") {
  FakeNetlink fake;
  asio::io_context loop;
  KernelWriter writer(loop.get_executor(), fake.open(), {.queue_limit = 0});
  CHECK(result(loop, writer.info()).error().code == kernel_errc::busy);
  const auto failures = result(loop, writer.apply(kPlan));
  REQUIRE(failures.size() == 2);
  CHECK(text(failures[0].error) == "add tcp 10.0.0.1:80 rr: too many requests wait for the kernel");
}

TEST_CASE("a writer whose kernel cannot be opened says why at each call and tries again") {
  FakeNetlink fake;
  fake.capable = false;
  asio::io_context loop;
  KernelWriter writer(loop.get_executor(), fake.open());
  CHECK(result(loop, writer.info()).error().code == std::errc::operation_not_permitted);
  CHECK(result(loop, writer.apply(kPlan)).at(1).error.code == std::errc::operation_not_permitted);
  fake.capable = true;
  CHECK(result(loop, writer.apply(kPlan)).empty());
}

TEST_CASE("a writer that ends while the kernel holds its thread leaves the thread behind") {
  auto fake = std::make_shared<FakeNetlink>();
  const std::weak_ptr<FakeNetlink> used = fake;
  Gate gate;
  fake->on_request = [&gate](FakeRequest& request) {
    if (request.is_change) gate.hold();
  };
  {
    asio::io_context loop;
    KernelWriter writer(loop.get_executor(), [fake] { return fake->open()(); },
                        {.timeout = 500ms, .farewell = 10ms});
    CHECK(result(loop, writer.apply({kPlan[0]})).size() == 1);
  }
  // The loop is gone. Let loose, the thread does what it was in the middle of, and ends.
  fake.reset();
  CHECK_FALSE(used.expired());
  gate.open.release();
  const auto deadline = Time::clock::now() + 5s;
  while (!used.expired() && Time::clock::now() < deadline)
    std::this_thread::yield();
  CHECK(used.expired());
}
