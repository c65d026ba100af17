#include "daemon/probe_http.h"

#include <openssl/tls1.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "daemon/probe_settings.h"
#include "test/fakes/finished.h"
#include "test/fakes/scripted_server.h"

using namespace lvsd;
using namespace std::chrono_literals;
using Client = ScriptedServer::Client;

namespace {

const std::string ok = "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello";

HttpCheck check_of(const std::string& path = "/") {
  HttpCheck check;
  check.urls.emplace_back();
  check.urls.back().path = path;
  return check;
}

std::optional<TlsMaterial> material(const std::optional<TlsClient>& client) {
  return probe_settings({.tls = client}).tls;
}

TlsContext context_of(const HttpCheck& check, const std::optional<TlsClient>& client = {}) {
  return make_tls_context(material(client), check.verify, check.tls_minimum).value();
}

Observation probed(const HttpCheck& check, const CheckTarget& target, Duration timeout = 5s,
                   const std::optional<TlsClient>& client = {}) {
  const HttpProbe probe(check, check.tls ? context_of(check, client) : nullptr);
  return finished(probe.run(0, target, timeout));
}

std::string outcome(const Observation& seen) {
  return text(Judgement{seen.result, seen.code, seen.text});
}

// What a check says of a server that answers so.
std::string outcome(const ScriptedServer::Script& script, const HttpCheck& check = check_of(),
                    Duration timeout = 5s) {
  const ScriptedServer server(script);
  return outcome(probed(check, server.target(), timeout));
}

ScriptedServer::Script answering(const std::string& answer) {
  return [answer](Client& client) {
    client.hear();
    client.say(answer);
    client.close();
  };
}

// A file that is gone at the end of the test.
struct TemporaryFile {
  explicit TemporaryFile(const std::string& content)
      : path((std::filesystem::temp_directory_path() /
              ("lvsd-test-" + std::to_string(::getpid()) + "-" + std::to_string(count++)))
                 .string()) {
    std::ofstream(path) << content;
  }
  ~TemporaryFile() { std::filesystem::remove(path); }
  std::string path;
  static inline int count = 0;
};

}  // namespace

TEST_CASE("an HTTP check asks as keepalived does and passes on 200") {
  std::string heard;
  {
    const ScriptedServer server([&heard](Client& client) {
      heard = client.hear();
      client.say(ok);
      client.close();
    });
    const Observation seen = probed(check_of("/health"), server.target());
    CHECK(outcome(seen) == "L7OK/200 OK");
    CHECK(seen.phases.connect > 0us);
    CHECK(seen.phases.first_byte > 0us);
    CHECK(seen.duration >= seen.phases.connect + seen.phases.first_byte);
    heard += text(server.target().endpoint);
  }
  const std::string host = heard.substr(heard.rfind('\n') + 1);
  CHECK(heard ==
        "GET /health HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: " + host + "\r\n\r\n" + host);
}

TEST_CASE("an HTTP server that fails at a step fails the check with the code of that step") {
  SECTION("it refuses the connection") {
    CheckTarget target;
    {
      const ScriptedServer server([](Client&) {});
      target = server.target();
    }
    CHECK(outcome(probed(check_of(), target)) == "L4CON/111 Connection refused");
  }
  SECTION("it accepts and is silent") {
    CHECK(outcome([](Client& client) { client.hold(); }, check_of(), 100ms) == "L7TOUT no answer");
  }
  SECTION("it closes at once") {
    CHECK(outcome(answering("")) == "L7RSP empty answer");
  }
  SECTION("it has nothing to say and lets us speak on: that is not waited for") {
    CHECK(outcome([](Client& client) {
            client.finish();
            client.hold();
          }) == "L7RSP empty answer");
  }
  SECTION("it closes within the header") {
    CHECK(outcome(answering("HTTP/1.0 200 OK\r\nServ")) == "L7RSP closed within the header");
  }
  SECTION("it speaks something else") {
    CHECK(outcome(answering("SSH-2.0-OpenSSH_9.2\r\n")) == "L7RSP the answer is not HTTP");
  }
  SECTION("it answers with an error") {
    CHECK(outcome(answering("HTTP/1.1 503 Service Unavailable\r\n\r\n")) ==
          "L7STS/503 Service Unavailable");
  }
  SECTION("it redirects: that is not followed") {
    CHECK(outcome(answering("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n")) ==
          "L7STS/302 Found");
  }
  SECTION("it fails and then never ends") {
    CHECK(outcome([](Client& client) {
            client.hear();
            client.say("HTTP/1.0 500 Broken\r\n\r\n");
            client.hold();
          }) == "L7STS/500 Broken");
  }
  SECTION("it sends headers without end") {
    CHECK(outcome([](Client& client) {
            client.hear();
            client.say("HTTP/1.0 200 OK\r\n");
            client.repeat("X-Filler: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n");
          }) == "L7RSP/200 the header is too long");
  }
  SECTION("it sends one header line without end") {
    CHECK(outcome([](Client& client) {
            client.hear();
            client.repeat("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
          }) == "L7RSP the header is too long");
  }
  SECTION("it says two lengths") {
    CHECK(outcome(answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n"
                            "hello")) == "L7RSP/200 there are two content lengths");
  }
  SECTION("it says a length that is none") {
    CHECK(outcome(answering("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nhello")) ==
          "L7RSP/200 the content length is not a number");
  }
  SECTION("it continues without end") {
    CHECK(outcome([](Client& client) {
            client.hear();
            client.repeat("HTTP/1.1 100 Continue\r\n\r\n");
          }) == "L7RSP/100 the header is too long");
  }
  SECTION("it sends bytes of zero without end") {
    CHECK(outcome([](Client& client) {
            client.hear();
            client.repeat(std::string(4096, '\0'));
          }) == "L7RSP the header is too long");
  }
  SECTION("it sends garbage for chunks") {
    CHECK(outcome(answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n")) ==
          "L7RSP/200 a chunk has no size");
  }
  SECTION("it closes within the chunks") {
    CHECK(outcome(answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel")) ==
          "L7RSP/200 closed within the body");
  }
  SECTION("it sends a body without end: the first MiB is judged") {
    CHECK(outcome([](Client& client) {
            client.hear();
            client.say("HTTP/1.0 200 OK\r\n\r\n");
            client.repeat(std::string(65536, 'x'));
          }) == "L7OK/200 OK");
  }
}

TEST_CASE("a slow drip ends at the deadline and not before") {
  const ScriptedServer server([](Client& client) {
    client.hear();
    client.drip("HTTP/1.0 200 OK\r\nX-A: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
                10ms);
  });
  const Observation seen = probed(check_of(), server.target(), 150ms);
  CHECK(outcome(seen) == "L7TOUT the answer did not end in time");
  CHECK(seen.duration >= 150ms);
  CHECK(seen.duration < 2s);
}

TEST_CASE(
    "a connection that is reset at any byte of the answer fails the check until all is there") {
  std::size_t sent = 0;
  for (; sent <= ok.size(); ++sent) {
    INFO("after " << sent << " bytes");
    const std::string seen = outcome([sent](Client& client) {
      client.hear();
      client.say(std::string_view(ok).substr(0, sent));
      client.reset();
    });
    CHECK(seen == (sent == ok.size() ? "L7OK/200 OK" : "L7RSP/104 Connection reset by peer"));
  }
}

TEST_CASE("an answer that ends early passes while its length is all that is wrong") {
  CHECK(outcome(answering("HTTP/1.0 200 OK\r\nContent-Length: 100\r\n\r\nhello")) ==
        "L7OK/200 OK, 5 of 100 bytes of body");
  HttpCheck check = check_of();
  check.urls[0].digest = "5d41402abc4b2a76b9719d911017c592";  // of "hello"
  CHECK(outcome(answering("HTTP/1.0 200 OK\r\nContent-Length: 100\r\n\r\nhello"), check) ==
        "L7OK/200 OK, 5 of 100 bytes of body");
  CHECK(outcome(answering("HTTP/1.0 200 OK\r\n\r\nhell"), check) ==
        "L7RSP/200 the digest of the body is 4229d691b07b13341da53f17ab9f2416");
}

TEST_CASE("a server that answers before it has read the request is judged by its answer") {
  HttpCheck check = check_of();
  check.urls[0].method = "POST";
  check.urls[0].content = std::string(4 * 1024 * 1024, 'x');
  CHECK(outcome(
            [](Client& client) {
              client.say("HTTP/1.0 503 Busy\r\n\r\n");
              client.hold();
            },
            check) == "L7STS/503 Busy");
}

TEST_CASE("404 passes and asks for the drain of the server with disable_on_404") {
  HttpCheck check = check_of();
  check.disable_on_404 = true;
  const ScriptedServer gone(answering("HTTP/1.0 404 Not Found\r\n\r\n"));
  const Observation drained = probed(check, gone.target());
  CHECK(outcome(drained) == "L7OKC/404 Not Found");
  CHECK(drained.admin == AdminWish::drain);
  const ScriptedServer there(answering(ok));
  CHECK(probed(check, there.target()).admin == AdminWish::none);
  check.disable_on_404 = false;
  CHECK(outcome(probed(check, gone.target())) == "L7STS/404 Not Found");
}

// ---- TLS

namespace {

ScriptedServer::Script tls_answering(const TestCertificate& certificate,
                                     const std::string& answer) {
  return [certificate, answer](Client& client) {
    if (!client.start_tls(certificate)) return;
    client.hear();
    client.say(answer);
    client.close();
  };
}

HttpCheck tls_check() {
  HttpCheck check = check_of();
  check.tls = true;
  return check;
}

}  // namespace

TEST_CASE("SSL_GET passes with any certificate as keepalived does and notes when it ends") {
  const ScriptedServer server(tls_answering(TestCertificate("any.example", -10), ok));
  const Observation seen = probed(tls_check(), server.target());
  CHECK(outcome(seen) == "L7OK/200 OK");
  CHECK(seen.phases.tls > 0us);
  REQUIRE(seen.certificate);
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  CHECK(std::abs(*seen.certificate - (now - 10 * 24 * 3600)) < 60);
}

TEST_CASE("SSL_GET with verify wants a certificate of the CA that is for the name and not over") {
  HttpCheck check = tls_check();
  check.verify = true;
  check.virtualhost = "www.example";
  const auto verdict_on = [&check](const TestCertificate& certificate, bool trusted) {
    const TemporaryFile ca(trusted ? certificate.certificate_pem
                                   : TestCertificate("other").certificate_pem);
    const ScriptedServer server(tls_answering(certificate, ok));
    return outcome(probed(check, server.target(), 5s, TlsClient{.ca = ca.path}));
  };
  const std::string failed = "L6RSP certificate verify failed: ";
  CHECK(verdict_on(TestCertificate("www.example"), true) == "L7OK/200 OK");
  CHECK(verdict_on(TestCertificate("www.example", -1), true) == failed + "certificate has expired");
  CHECK(verdict_on(TestCertificate("mail.example"), true) == failed + "hostname mismatch");
  CHECK(verdict_on(TestCertificate("www.example"), false) == failed + "self-signed certificate");
  check.virtualhost.clear();
  CHECK(verdict_on(TestCertificate("127.0.0.1"), true) == "L7OK/200 OK");
  CHECK(verdict_on(TestCertificate("127.0.0.2"), true) == failed + "IP address mismatch");
}

TEST_CASE("TLS names the host with enable_sni or sni_name and nobody otherwise") {
  const auto named = [](const HttpCheck& check) {
    std::string name = "never asked";
    {
      const TestCertificate certificate("any");
      const ScriptedServer server([&](Client& client) {
        client.start_tls(certificate);
        name = client.server_name;
        client.hear();
        client.say(ok);
        client.close();
      });
      CHECK(outcome(probed(check, server.target())) == "L7OK/200 OK");
    }
    return name;
  };
  HttpCheck check = tls_check();
  check.virtualhost = "check.example";
  CHECK(named(check).empty());
  check.enable_sni = true;
  CHECK(named(check) == "check.example");
  check.urls[0].virtualhost = "url.example";
  CHECK(named(check) == "url.example");
  check.sni_name = "sni.example";
  CHECK(named(check) == "sni.example");
}

TEST_CASE("a server that fails within TLS fails the check with a code of that layer") {
  SECTION("silence") {
    CHECK(outcome([](Client& client) { client.hold(); }, tls_check(), 100ms) ==
          "L6TOUT in the TLS handshake");
  }
  SECTION("it closes") {
    CHECK(outcome([](Client& client) { client.hear(""); }, tls_check()).starts_with("L6RSP"));
  }
  SECTION("it does not speak TLS") {
    CHECK(outcome(
              [](Client& client) {
                client.say("220 mail.example ESMTP\r\n");
                client.hold();
              },
              tls_check()) == "L6RSP wrong version number");
  }
  SECTION("a record that is too long") {
    CHECK(outcome(
              [](Client& client) {
                client.say(std::string_view("\x16\x03\x03\xff\xff", 5));
                client.repeat(std::string(4096, '\x01'));
              },
              tls_check())
              .starts_with("L6RSP"));
  }
  SECTION("alerts without end") {
    CHECK(outcome(
              [](Client& client) {
                client.repeat(std::string_view("\x15\x03\x03\x00\x02\x01\x5a", 7));
              },
              tls_check())
              .starts_with("L6RSP"));
  }
  SECTION("a drip") {
    CHECK(outcome([](Client& client) { client.drip(std::string(100, '\x16'), 20ms); }, tls_check(),
                  100ms)
              .starts_with("L6"));
  }
  SECTION("it is reset after the handshake") {
    const TestCertificate certificate("any");
    CHECK(outcome(
              [&certificate](Client& client) {
                client.start_tls(certificate);
                client.hear();
                client.reset();
              },
              tls_check()) == "L7RSP/104 Connection reset by peer");
  }
  SECTION("it ends the stream without a close-notify: the answer counts") {
    const TestCertificate certificate("any");
    CHECK(outcome(
              [&certificate](Client& client) {
                client.start_tls(certificate);
                client.hear();
                client.say("HTTP/1.0 200 OK\r\n\r\nhello");
              },
              tls_check()) == "L7OK/200 OK");
  }
}

TEST_CASE("a TLS server that goes at any byte of its first words fails the check in that layer") {
  const TestCertificate certificate("any");
  // The signature in them has not always the same length.
  constexpr std::size_t everything = 100'000;
  std::atomic<std::size_t> sent = 0;
  std::atomic<std::size_t> all = 0;
  const bool resets = GENERATE(false, true);
  const ScriptedServer server([&](Client& client) {
    const std::string words = client.first_tls_words(certificate);
    all = words.size();
    const bool goes = sent != everything;
    client.say(
        std::string_view(words).substr(0, goes ? std::min(sent.load(), all - 1) : all.load()));
    if (!goes) client.hear("never said");
    resets ? client.reset() : client.close();
  });
  const auto seen = [&] { return outcome(probed(tls_check(), server.target(), 300ms)); };
  for (sent = 0; sent == 0 || sent < all; ++sent) {
    INFO("after " << sent << " of " << all << " bytes");
    CHECK(seen().starts_with("L6RSP"));
  }
  sent = everything;
  CHECK(seen() == "L7TOUT no answer");
}

TEST_CASE("TLS with one bit wrong anywhere never passes") {
  const TestCertificate certificate("any");
  std::atomic<std::size_t> wrong = 0;
  std::atomic<std::size_t> all = 0;
  const ScriptedServer server([&](Client& client) {
    std::string words = client.first_tls_words(certificate);
    all = words.size();
    if (wrong < all) words[wrong] = static_cast<char>(words[wrong] ^ 4);
    client.say(words);
    client.close();
  });
  for (wrong = 0; wrong == 0 || wrong < all; ++wrong) {
    INFO("byte " << wrong << " of " << all);
    const Observation seen = probed(tls_check(), server.target(), 2s);
    CHECK(verdict(seen.result) == Verdict::fail);
    CHECK(seen.duration < 2s);
  }
}

TEST_CASE("a server below the minimum TLS version is refused") {
  HttpCheck check = tls_check();
  const TestCertificate certificate("any");
  const auto outcome_with = [&](TlsVersion minimum, int newest) {
    check.tls_minimum = minimum;
    return outcome(
        [&certificate, newest](Client& client) {
          if (!client.start_tls(certificate, newest)) return;
          client.hear();
          client.say(ok);
          client.close();
        },
        check);
  };
  CHECK(outcome_with(TlsVersion::v1_3, TLS1_3_VERSION) == "L7OK/200 OK");
  CHECK(outcome_with(TlsVersion::v1_2, TLS1_2_VERSION) == "L7OK/200 OK");
  CHECK(outcome_with(TlsVersion::any, TLS1_2_VERSION) == "L7OK/200 OK");
  CHECK(outcome_with(TlsVersion::v1_3, TLS1_2_VERSION) == "L6RSP tlsv1 alert protocol version");
}

TEST_CASE("TLS files that cannot be read are said with their name") {
  const auto made =
      make_tls_context(material(TlsClient{.ca = "/no/such/ca.pem"}), true, TlsVersion::any);
  REQUIRE(!made);
  CHECK(text(made.error()).find("/no/such/ca.pem") != std::string::npos);
}
