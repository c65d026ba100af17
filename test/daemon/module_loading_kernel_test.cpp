#include "daemon/module_loading_kernel.h"

#include <catch2/catch.hpp>

#include "daemon/kernel_error.h"
#include "plan/diff.h"
#include "test/fakes/fake_netlink.h"
#include "test/text/table.h"

using namespace lvsd;
using lvsd::test::FakeNetlink;
using lvsd::test::table;

namespace {

// A kernel whose modules a test can count.
struct Modules {
  std::set<std::string> loaded;
  std::set<std::string> loadable;
  std::vector<std::string> attempts;

  ModuleLoader loader() {
    return {[this](const std::string& name) { return loaded.contains(name); },
            [this](const std::string& name) -> Result<void> {
              attempts.push_back(name);
              if (!loadable.contains(name)) return system_failure(EPERM, "loading " + name);
              loaded.insert(name);
              return {};
            }};
  }
};

const char* const kThree =
    "tcp 10.0.0.1:80 lblcr\n  -> 10.0.0.2:80 NAT weight 1\n"
    "tcp 10.0.0.1:81 wlc\n  -> 10.0.0.2:80 NAT weight 1\n"
    "tcp 10.0.0.1:82 rr persistent 300 pe sip\n";

}  // namespace

TEST_CASE("modules are loaded once before the first service that needs them is written") {
  FakeNetlink fake;
  Modules modules{.loaded = {"ip_vs_wlc"}, .loadable = {"ip_vs_lblcr", "ip_vs_rr", "ip_vs_pe_sip"}};
  ModuleLoadingKernel kernel(fake.open()().value(), modules.loader());
  const Plan plan = diff({}, table(kThree));
  fake.on_request = [&](test::FakeRequest& request) {
    if (request.is_change) CHECK(modules.attempts.size() == 3);
  };
  CHECK(kernel.apply(plan).empty());
  CHECK(text(fake.table()) == kThree);
  CHECK(kernel.apply({std::get<AddService>(plan[0])}).size() == 1);  // there already
  CHECK(modules.attempts == std::vector<std::string>{"ip_vs_lblcr", "ip_vs_pe_sip", "ip_vs_rr"});
}

TEST_CASE("a module that cannot be loaded is left to the kernel unless that could deadlock") {
  FakeNetlink fake;
  Modules modules;
  ModuleLoadingKernel kernel(fake.open()().value(), modules.loader());
  const Plan plan = diff({}, table(kThree));
  const auto failures = kernel.apply(plan);
  std::string refused;
  for (const OpFailure& failure : failures)
    refused += std::to_string(failure.op) + ": " + text(failure.error) + "\n";
  CHECK(refused ==
        "0: add tcp 10.0.0.1:80 lblcr: the kernel could deadlock loading ip_vs_lblcr by itself, "
        "load it first (modprobe ip_vs_lblcr): kernel module not loaded\n"
        "1: add tcp 10.0.0.1:80 -> 10.0.0.2:80 NAT weight 1: the service does not exist: ESRCH\n");
  CHECK(failures[0].error.code == kernel_errc::needs_module);
  CHECK(fake.table().size() == 2);

  modules.loadable = {"ip_vs_lblcr"};
  CHECK(kernel.apply(diff(fake.table(), table(kThree))).empty());
  CHECK(text(fake.table()) == kThree);
}

TEST_CASE("changes that name no scheduler look for no module") {
  FakeNetlink fake;
  fake.put(table(kThree));
  Modules modules;
  ModuleLoadingKernel kernel(fake.open()().value(), modules.loader());
  CHECK(kernel.apply(diff(fake.table(), {})).empty());
  CHECK(modules.attempts.empty());
}
