#include "config/load.h"

#include <catch2/catch.hpp>
#include <map>

#include "test/text/config.h"

using namespace lvsd;

TEST_CASE("a small file gives its virtual server with everything filled in") {
  const Loaded loaded = test::load_text(R"(
virtual_server 10.0.0.1 80 {
    delay_loop 6
    lvs_sched rr      # in turn
    lvs_method DR
    protocol TCP
    sorry_server 10.0.0.9
    real_server 10.0.0.2 80 { weight 3
        TCP_CHECK { connect_timeout 2
        retry 0 }
    }
    real_server 10.0.0.3
    {
        inhibit_on_failure
    }
}
)");
  CHECK(text(loaded.diagnostics) == "");
  REQUIRE(loaded.config);
  REQUIRE(loaded.config->virtual_servers.size() == 1);
  const VirtualServer& server = loaded.config->virtual_servers[0];
  CHECK(id(server) == "tcp:10.0.0.1:80");
  CHECK(server.settings.scheduler == "rr");
  REQUIRE(server.real_servers.size() == 2);
  CHECK(text(server.real_servers[0].settings) == "DR weight 3");
  CHECK(text(server.real_servers[1].endpoint) == "10.0.0.3:80");
  CHECK(server.real_servers[1].inhibit_on_failure);
  REQUIRE(server.real_servers[0].checks.size() == 1);
  const CheckPolicy& policy = server.real_servers[0].checks[0].settings->policy;
  CHECK(policy.delay_loop == std::chrono::seconds(6));
  CHECK(policy.connect_timeout == std::chrono::seconds(2));
  CHECK(policy.retry == 0);
  REQUIRE(server.sorry_servers.size() == 1);
  CHECK(text(server.sorry_servers[0].endpoint) == "10.0.0.9:80");
}

TEST_CASE("a mistyped keyword is shown with a caret and a guess") {
  const Loaded loaded = test::load_text(
      "virtual_server 10.0.0.1 80 {\n"
      "  protocol TCP\n"
      "  real_server 10.0.0.2 80 {\n"
      "    weigth 10\n"
      "  }\n"
      "}\n");
  CHECK_FALSE(loaded.config);
  CHECK(text(loaded.diagnostics) ==
        "test.conf:4:5: error: unknown keyword 'weigth' — did you mean 'weight'? [LVC010]\n"
        "    4 |     weigth 10\n"
        "      |     ^~~~~~\n");
}

TEST_CASE("a file named keepalived.conf is read as keepalived reads it and says so") {
  const Files files = test::files_of({{"/etc/keepalived/keepalived.conf",
                                       "virtual_server 10.0.0.1 80 {\nprotocol TCP\nweigth 2\n"
                                       "real_server 10.0.0.2 80 {\n}\n}\n"}});
  const std::string path = "/etc/keepalived/keepalived.conf";
  const Loaded loaded = load(path, files, {});
  CHECK(loaded.config);
  CHECK(text(loaded.diagnostics) ==
        "/etc/keepalived/keepalived.conf: note: reading as keepalived would, because of the file's "
        "name — rename it, or say --strict, to have every mistake refused [LVC072]\n"
        "/etc/keepalived/keepalived.conf:3:1: warning: unknown keyword 'weigth' — did you mean "
        "'weight'? [LVC010]\n"
        "    3 | weigth 2\n"
        "      | ^~~~~~\n");
  CHECK_FALSE(load(path, files, {.lenient = false}).config);
}

TEST_CASE("virtual servers stand in the order of the file wherever their group is") {
  const std::string contents = "protocol TCP\nreal_server 192.0.2.2 80 {\n}\n}\n";
  const auto server = [&](const std::string& header) {
    return "virtual_server " + header + " {\n" + contents;
  };
  const auto group = [](const std::string& name, const std::string& address) {
    return "virtual_server_group " + name + " {\n" + address + " 80\n}\n";
  };
  const Config config = test::config(
      server("group b") + server("10.0.0.1 80") + server("group c") + group("a", "10.0.1.1") +
      server("group a") + server("10.0.0.2 80") + group("c", "10.0.1.3") + group("b", "10.0.1.2"));
  std::string order;
  for (const VirtualServer& each : config.virtual_servers)
    order += id(each) + " ";
  CHECK(order == "group:b tcp:10.0.0.1:80 group:c group:a tcp:10.0.0.2:80 ");
}

TEST_CASE("sorry_server_lvs_method is for the sorry servers before it") {
  const auto methods = [](const std::string& statements, bool lenient) {
    const Loaded loaded = test::load_text("virtual_server 10.0.0.1 80 {\nprotocol TCP\n" +
                                              statements + "real_server 10.0.0.2 80 {\n}\n}\n",
                                          {.lenient = lenient});
    REQUIRE(loaded.config);
    std::string out;
    for (const SorryServer& sorry : loaded.config->virtual_servers[0].sorry_servers)
      out += text(sorry.settings) + " ";
    return out;
  };
  const std::string first = "sorry_server 10.0.0.8 80\n";
  const std::string second = "sorry_server 10.0.0.9 80\n";
  const std::string direct = "sorry_server_lvs_method DR\n";
  CHECK(methods(first + direct + second, false) == "DR weight 1 NAT weight 1 ");
  CHECK(methods(first + second + direct, false) == "DR weight 1 DR weight 1 ");
  CHECK(methods(first + direct + second + "sorry_server_lvs_method TUN\n", false) ==
        "TUN weight 1 TUN weight 1 ");
  // keepalived has one, the last.
  CHECK(methods(first + direct + second, true) == "NAT weight 1 ");
}
