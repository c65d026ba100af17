#include <catch2/catch.hpp>

#include "config/entries.h"
#include "test/text/config.h"

using namespace lvsd;

namespace {

Loaded loaded(const std::string& checks, const std::string& before = "") {
  const std::string file =
      before +
      "track_file load {\n file /run/load\n}\n"
      "virtual_server 10.0.0.1 80 {\n lvs_sched rr\n lvs_method NAT\n protocol TCP\n"
      " real_server 10.0.0.2 80 {\n" +
      checks + "\n }\n}\n";
  return test::load_text(file);
}

// The only check of a file, whose diagnostics are none.
template <class Kind>
Kind check(const std::string& written) {
  const Loaded result = loaded(written);
  for (const Diagnostic& diagnostic : result.diagnostics)
    UNSCOPED_INFO(diagnostic.message);
  REQUIRE(result.config);
  CHECK(result.diagnostics.empty());
  return std::get<Kind>(
      result.config->virtual_servers.at(0).real_servers.at(0).checks.at(0).settings->probe);
}

std::string complaint(const std::string& written, const std::string& before = "") {
  std::string out;
  for (const Diagnostic& diagnostic : loaded(written, before).diagnostics)
    out += diagnostic.message + "\n";
  return out;
}

}  // namespace

TEST_CASE("a TCP check sends and expects") {
  const auto tcp = check<TcpCheck>("TCP_CHECK {\n send \"PING\\r\\n\"\n expect \"^\\\\+PONG\"\n}");
  CHECK(tcp.send == "PING\r\n");
  CHECK(tcp.expect == "^\\+PONG");
  CHECK(complaint("TCP_CHECK {\n expect \"(?=x)\"\n}").find("the pattern cannot be used") == 0);
}

TEST_CASE("an HTTP check has method and headers and credentials and body") {
  const auto http = check<HttpCheck>(
      "SSL_GET {\n verify\n tls_minimum 1.2\n cert_expiry_warning 3d\n disable_on_404\n"
      " body_limit 4096\n url {\n path /\n method POST\n header \"X-A: b c\"\n header 'X-B: d'\n"
      " basic_auth \"me:secret word\"\n request_body \"ping\\n\"\n }\n}");
  CHECK(http.verify);
  CHECK(http.tls_minimum == TlsVersion::v1_2);
  CHECK(http.cert_expiry_warning == std::chrono::hours(72));
  CHECK(http.disable_on_404);
  CHECK(http.body_limit == 4096);
  CHECK(http.urls[0].method == "POST");
  CHECK(http.urls[0].headers == std::vector<std::string>{"X-A: b c", "X-B: d"});
  CHECK(http.urls[0].credentials == "me:secret word");
  CHECK(http.urls[0].content == "ping\n");
  CHECK(complaint("HTTP_GET {\n url {\n path /\n header \"X: a\\r\\nY: b\"\n }\n}")
            .find("line break") != std::string::npos);
  CHECK(complaint("HTTP_GET {\n url {\n path /\n header nothing\n }\n}").find("has no name") !=
        std::string::npos);
}

TEST_CASE("every header of a request is shown") {
  const Loaded written =
      loaded("HTTP_GET {\n url {\n path /\n header \"A: b\"\n header \"C: d\"\n }\n}");
  REQUIRE(written.config);
  for (const Detail detail : {Detail::effective, Detail::changed}) {
    const Loaded again = test::load_text(configuration_text(*written.config, detail));
    REQUIRE(again.config);
    CHECK(*again.config == *written.config);
  }
}

TEST_CASE("of sni_name and enable_sni the last one counts") {
  const std::string url = " url {\n path /\n }\n}";
  const auto off = check<HttpCheck>("SSL_GET {\n sni_name a.example.com\n enable_sni no\n" + url);
  CHECK_FALSE(off.enable_sni);
  CHECK(off.sni_name.empty());
  const auto on = check<HttpCheck>("SSL_GET {\n enable_sni no\n sni_name a.example.com\n" + url);
  CHECK(on.enable_sni);
  CHECK(on.sni_name == "a.example.com");
}

TEST_CASE("a regex that only backtracking can match is reported at load") {
  CHECK(complaint("HTTP_GET {\n url {\n path /\n regex \"(?=x)\"\n }\n}")
            .find("the regex cannot be used: ") == 0);
  CHECK(complaint("HTTP_GET {\n url {\n path /\n regex x\n regex_options extended\n }\n}")
            .find("the option 'extended' is not supported") != std::string::npos);
}

TEST_CASE("a DNS check asks over TCP and expects an answer") {
  const auto dns =
      check<DnsCheck>("DNS_CHECK {\n type A\n name www.example\n tcp\n answer 192.0.2.1\n}");
  CHECK(dns.tcp);
  CHECK(dns.answer == "192.0.2.1");
}

TEST_CASE("a program gives its server a weight where misc_dynamic stands") {
  const auto dynamic = [](const std::string& written) {
    return check<MiscCheck>("MISC_CHECK {\n misc_path /bin/true\n " + written + "\n}").dynamic;
  };
  CHECK(dynamic("misc_dynamic"));
  CHECK(dynamic("misc_dynamic yes"));
  CHECK_FALSE(dynamic("misc_dynamic no"));
  CHECK_FALSE(dynamic(""));
}

TEST_CASE("an agent check has a port and words to send") {
  const Loaded result =
      loaded("AGENT_CHECK {\n connect_port 9777\n send \"status\\n\"\n delay_loop 2\n}");
  REQUIRE(result.config);
  const Check& agent = result.config->virtual_servers[0].real_servers[0].checks.at(0);
  CHECK(agent.target.endpoint.port == 9777);
  CHECK(agent.settings->policy.delay_loop == std::chrono::seconds(2));
  CHECK(std::get<AgentCheck>(agent.settings->probe).send == "status\n");
}

TEST_CASE("a BFD check is warned of since nothing runs it") {
  CHECK(complaint("BFD_CHECK {\n name peer\n}", "bfd_instance peer {\n neighbor_ip 10.0.0.9\n}\n")
            .find("this check never runs") != std::string::npos);
}

TEST_CASE("a mail check starts patiently and a file check decides at once") {
  const auto policy = [](const std::string& written) {
    return loaded(written).config->virtual_servers[0].real_servers[0].checks.at(0).settings->policy;
  };
  CHECK(policy("SMTP_CHECK {\n}").patient_start);
  CHECK(!policy("TCP_CHECK {\n}").patient_start);
  CHECK(policy("FILE_CHECK {\n track_file load\n}").retry == 0);
}
