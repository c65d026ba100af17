#include "config/entries.h"

#include <catch2/catch.hpp>

#include "config/changes.h"
#include "test/text/config.h"

using namespace lvsd;

namespace {

// What `statements` say is written, loads to the same, and is then written the same.
void check_is_kept(const std::string& statements, const LoadOptions& options = {}) {
  const Loaded loaded = test::load_text(statements, options);
  INFO(statements << text(loaded.diagnostics));
  REQUIRE(loaded.config);
  for (const Detail detail : {Detail::effective, Detail::changed}) {
    const std::string written = configuration_text(*loaded.config, detail);
    const Loaded again = test::load_text(written);
    INFO(written << text(again.diagnostics));
    REQUIRE(again.config);
    INFO(text(changes(*loaded.config, *again.config)));
    CHECK(*again.config == *loaded.config);
    CHECK(configuration_text(*again.config, detail) == written);
  }
}

std::string service_with(const std::string& statements) {
  return "virtual_server 10.0.0.1 80 {\nprotocol TCP\n" + statements +
         "\nreal_server 10.0.0.2 80 {\n}\n}\n";
}

}  // namespace

TEST_CASE("a netmask that persistence_timeout 0 makes void is not kept") {
  const std::string mask = "persistence_granularity 255.255.255.0\n";
  check_is_kept(service_with(mask));
  check_is_kept(service_with(mask + "persistence_timeout 0\n"));
  check_is_kept(service_with("persistence_timeout 0\n" + mask));
  const Config config = test::config(service_with(mask + "persistence_timeout 0\n"));
  CHECK(text(config.virtual_servers[0].settings, Family::v4) == "wlc");
}

TEST_CASE("persistence that a service without port is given keeps its netmask") {
  const std::string statements =
      "virtual_server 10.0.0.1 {\nprotocol TCP\npersistence_granularity 255.255.255.0\n"
      "persistence_timeout 0\nreal_server 10.0.0.2 {\n}\n}\n";
  check_is_kept(statements);
  const Config config = test::config(statements);
  CHECK(text(config.virtual_servers[0].settings, Family::v4) ==
        "wlc persistent 360 netmask 255.255.255.0");
}

TEST_CASE("the family of a group's marks and masks is kept") {
  const auto group = [](const std::string& entries, const std::string& statements) {
    return "virtual_server_group g {\n" + entries + "}\nvirtual_server group g {\nprotocol TCP\n" +
           statements + "}\n";
  };
  const std::string behind_v6 = "lvs_method TUN\nreal_server 2001:db8::2 80 {\n}\n";
  // The first service has a family of its own; the other marks have the virtual server's.
  check_is_kept(group("fwmark 1 inet6\nfwmark 2\n", "ip_family inet\n" + behind_v6));
  check_is_kept(group("fwmark 1 inet6\n10.0.0.1 80\n",
                      "persistence_granularity 255.255.255.0\n" + behind_v6));
  check_is_kept(group("fwmark 1 inet6\n10.0.0.1 80\n", behind_v6));
  check_is_kept(group("fwmark 1 inet\n", "persistence_timeout 5\n" + behind_v6));
  check_is_kept(group("fwmark 1 inet6\n", "persistence_granularity 64\n" + behind_v6));
}

TEST_CASE("a word that looks like a reference is kept") {
  const LoadOptions lenient{.lenient = true};
  check_is_kept(service_with("owner \"$nobody and ${nobody}\"\n"), lenient);
  check_is_kept("$D=$\n" +
                service_with("owner \"${D}_PWD is no reference, ${D}{_PWD} neither\"\n"));
  check_is_kept(service_with("owner \"pa$word$\"\n"));
  const Config config = test::config(service_with("owner \"${_DOLLAR}{_PWD}\"\n"));
  CHECK(config.virtual_servers[0].owner == "${_PWD}");
}

TEST_CASE("an address that looks like a condition or a sequence is kept") {
  const std::string statements =
      "global_defs {\nnotification_email {\n\"@lb1 a\"\n\"@lb1\"\n\"~SEQ(A,3)\"\n\"$A=3\"\n}\n}\n";
  check_is_kept(statements);
  CHECK(test::config(statements).global.mail.to ==
        std::vector<std::string>{"@lb1 a", "@lb1", "~SEQ(A,3)", "$A=3"});
}

TEST_CASE("the user of a script is kept whatever its name holds") {
  check_is_kept(service_with("quorum_up \"/bin/x a\" \"it's me\" \"DOMAIN\\group\"\n"));
  check_is_kept(service_with("quorum_up \"/bin/x a\" '$me you'\n"));
  CHECK_FALSE(test::load_text(service_with("quorum_up \"/bin/x\" 'a\"b\"'\n")).config);
  CHECK_FALSE(test::load_text(service_with("quorum_up \"/bin/x\" \"\" nogroup\n")).config);
  CHECK_FALSE(test::load_text("global_defs {\nscript_user :nogroup\n}\n").config);
}

TEST_CASE("the options of a regex are kept however they are quoted") {
  check_is_kept(
      "virtual_server 10.0.0.1 80 {\nprotocol TCP\nreal_server 10.0.0.2 80 {\nHTTP_GET {\n"
      "url {\npath /\nregex_options \" multiline  {\" \"\" utf\n}\n}\n}\n}\n");
}

TEST_CASE("programs and patterns are written to be read by people and kept") {
  const auto kept = [](const std::string& keyword, const std::string& arguments) {
    const std::string statements =
        "virtual_server 10.0.0.1 80 {\nprotocol TCP\nreal_server 10.0.0.2 80 {\nHTTP_GET {\n" +
        (keyword == "notify_up" ? "url {\npath /\n}\n}\n" + keyword + " " + arguments + "\n}\n}\n"
                                : "url {\npath /\n" + keyword + " " + arguments + "\n}\n}\n}\n}\n");
    check_is_kept(statements);
    const std::string written = configuration_text(test::config(statements), Detail::changed);
    const std::size_t start = written.find(keyword) + keyword.size() + 1;
    return written.substr(start, written.find('\n', start) - start);
  };
  CHECK(kept("header", R"("X-Words: it's {here} # !")") == R"("X-Words: it's {here} # !")");
  CHECK(kept("header", R"(X-Words:\042a\$b\0)") == R"("X-Words:\042a\044b\000")");
  CHECK(kept("regex", R"(\\d+)") == R"("\\d+")");
  CHECK(kept("regex", R"((a|b)*)") == R"((a|b)*)");
  CHECK(kept("notify_up", R"(/bin/tell)") == R"("/bin/tell")");
  CHECK(kept("notify_up", R"("/bin/tell 'came up' 'it\'s' '' {} \042\t\044 ~/x")") ==
        R"("/bin/tell 'came up' 'it\047s' '' '{}' '\042\011\044' ~/x")");
}

TEST_CASE("a value of the environment stays one line") {
  const LoadOptions options{.environment = [](const std::string&) { return "two\nlines"; }};
  check_is_kept(service_with("owner \"${_ENV X}\"\n"), options);
}

TEST_CASE("an empty word is no value") {
  const auto refusal = [](const std::string& statements) {
    const Loaded loaded = test::load_text(statements);
    CHECK_FALSE(loaded.config);
    return loaded.diagnostics.empty() ? "" : loaded.diagnostics.front().message;
  };
  CHECK(refusal("virtual_server group \"\" {\nreal_server 10.0.0.2 80 {\n}\n}\n") ==
        "the name of a group cannot be empty");
  CHECK(refusal("virtual_server_group \"\" {\n10.0.0.1 80\n}\n") ==
        "'virtual_server_group' cannot be empty");
  CHECK(refusal(service_with("owner \"\"\n")) == "'owner' cannot be empty");
}
