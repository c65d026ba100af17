#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>
#include <string>
#include <thread>

#include "test/daemon/site.h"
#include "test/fakes/command.h"

// A Prometheus server reads lvsd, and the dashboard and the alerts find what they ask for.

using namespace lvsd;
using namespace boost::asio::experimental::awaitable_operators;
namespace asio = boost::asio;
using asio::ip::tcp;
using lvsd::test::output_of;
using lvsd::test::Site;
using lvsd::test::unchecked;
using lvsd::test::web;
using Local = asio::local::stream_protocol;

namespace {

// A port of loopback that leads to a Unix socket, which is all that lvsd opens and Prometheus
// cannot read.
class Bridge {
 public:
  explicit Bridge(std::string path) : path_(std::move(path)) {
    asio::co_spawn(loop_, accept(), asio::detached);
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~Bridge() {
    loop_.stop();
    thread_.join();
  }
  Bridge(const Bridge&) = delete;
  Bridge& operator=(const Bridge&) = delete;

  std::string address() const {
    return "127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
  }

 private:
  asio::awaitable<void> accept() {
    for (;;) {
      tcp::socket client = co_await acceptor_.async_accept(asio::use_awaitable);
      asio::co_spawn(loop_, join(std::move(client)), asio::detached);
    }
  }

  asio::awaitable<void> join(tcp::socket client) {
    Local::socket server(loop_);
    co_await server.async_connect(Local::endpoint(path_), asio::use_awaitable);
    co_await (copy(client, server) || copy(server, client));
  }

  template <class From, class To>
  asio::awaitable<void> copy(From& from, To& to) {
    std::array<char, 4096> bytes;
    for (;;) {
      const std::size_t size =
          co_await from.async_read_some(asio::buffer(bytes), asio::use_awaitable);
      co_await asio::async_write(to, asio::buffer(bytes, size), asio::use_awaitable);
    }
  }

  std::string path_;
  asio::io_context loop_;
  tcp::acceptor acceptor_{loop_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  std::thread thread_;
};

// Something of everything the dashboard shows: a server that fails, one that is drained, a limit.
std::string busy_site() {
  return "global_defs {\n  audit_interval 1\n}\n" +
         web("  real_server 127.0.0.1 1 {\n    TCP_CHECK {\n    }\n  }\n" + unchecked(2) +
                 unchecked(3),
             "  max_connections 100\n  sorry_server 10.0.0.9 80\n");
}

}  // namespace

TEST_CASE("Prometheus scrapes lvsd and the dashboard and the alerts find what they ask for") {
  if (output_of("command -v prometheus").empty() || output_of("command -v curl").empty()) {
    WARN("prometheus or curl is not installed: not asked");
    return;
  }
  Site site(busy_site());
  site.up();
  REQUIRE(site.ask("POST", "/api/v1/services/tcp:10.0.0.1:80/servers/10.0.0.3:80/drain").status ==
          200);
  const Bridge bridge((site.directory / "lvsd.sock").string());
  CHECK(output_of(LVSD_SOURCE_DIR "/packaging/prometheus/scrape " + bridge.address() +
                  " 2>&1; echo $?") == "0\n");
}
