#include "daemon/list_pieces.h"

#include <catch2/catch.hpp>

#include "api/json.h"
#include "daemon/service_views.h"
#include "test/text/situation.h"

using namespace lvsd;
using lvsd::test::config_of;

namespace {

// Many services of one server each, that nothing is known of.
struct Place {
  explicit Place(int services) {
    Config config;
    for (int i = 0; i < services; ++i) {
      const std::string address = "10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250);
      Config one = config_of("tcp " + address + ":80 wlc\nreal 10.1.0.2:80 NAT weight 1\n");
      config.virtual_servers.push_back(std::move(one.virtual_servers.front()));
    }
    pools.take(std::move(config), {}, Time::clock::now());
  }
  Outlook look() const {
    return {.now = Time::clock::now(),
            .wall = {},
            .pools = pools,
            .checks = checks,
            .generation = 1,
            .config_file = "lvsd.conf",
            .started = {},
            .loaded = {},
            .kernel = {},
            .measured = {},
            .trouble = {},
            .drift = drift,
            .repaired = 0,
            .audited = {},
            .untuned = untuned,
            .fights = {},
            .listeners = {}};
  }

  Pools pools;
  CheckBook checks;
  std::vector<Drift> drift;
  std::vector<std::string> untuned;
};

std::optional<std::string> next(api::Pieces& pieces) {
  std::optional<std::string> out;
  pieces.next([&out](std::optional<std::string> piece) { out = std::move(piece); });
  return out;
}

}  // namespace

TEST_CASE("a list of thousands of services is looked at a hundred at a time") {
  const Place place(2000);
  std::size_t looked = 0;
  const ViewsOf<api::ServiceView> views_of = [&looked](const Outlook& outlook, std::size_t index) {
    ++looked;
    return std::vector{service_view(outlook, index, false)};
  };
  for (const char* filter : {"", "service~none"}) {
    std::optional<api::Filter> terms;
    if (*filter != '\0') terms = *api::filter_of<api::ServiceView>(filter);
    auto frame = api::list_frame<api::ServiceView>(api::Head{});
    const auto pieces = list_pieces<api::ServiceView>([&place] { return place.look(); }, views_of,
                                                      std::move(terms), std::move(frame.closing));
    std::string body = frame.opening;
    std::size_t before = looked = 0;
    while (const auto piece = next(*pieces)) {
      CHECK(looked - before <= 100);
      CHECK(piece->size() < 100000);
      before = looked;
      body += *piece;
    }
    CHECK(looked == 2000);
    const auto list = api::document<std::vector<api::ServiceView>>(body);
    REQUIRE(list.has_value());
    CHECK(list->view.size() == (*filter == '\0' ? 2000 : 0));
  }
}

TEST_CASE("a list goes on over a reload with what is configured still") {
  Place place(300);
  const ViewsOf<api::ServiceView> views_of = [](const Outlook& outlook, std::size_t index) {
    return std::vector{service_view(outlook, index, false)};
  };
  auto frame = api::list_frame<api::ServiceView>(api::Head{});
  const auto pieces = list_pieces<api::ServiceView>([&place] { return place.look(); }, views_of,
                                                    std::nullopt, std::move(frame.closing));
  std::string body = frame.opening + next(*pieces).value_or("");
  std::size_t written = 0;
  for (std::size_t at = 0; (at = body.find("\"scheduler\"", at + 1)) != body.npos;)
    ++written;
  REQUIRE((written > 50 && written <= 100));
  Config config = place.pools.config();
  config.virtual_servers.erase(config.virtual_servers.begin() + 50,
                               config.virtual_servers.begin() + 150);
  place.pools.take(std::move(config), {}, Time::clock::now());
  while (const auto piece = next(*pieces))
    body += *piece;
  const auto list = api::document<std::vector<api::ServiceView>>(body);
  REQUIRE(list.has_value());
  CHECK(list->view.size() == 150 + written);  // of the rest, all from the 150th on are left
}
