#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/address.h"
#include "model/origin.h"
#include "model/time.h"

namespace lvsd {

// A program and its arguments. No path: there is none.
struct Script {
  std::vector<std::string> argv;
  std::string user;   // empty: script_user
  std::string group;  // empty: the user's primary group

  bool empty() const { return argv.empty(); }
  bool operator==(const Script&) const = default;
};

// What is asked of a server. One struct a kind; a kind has what only it needs.

// Passes when the connection is established and, where `expect` is given, what the server sends
// matches it.
struct TcpCheck {
  std::string send;    // sent first; empty: nothing
  std::string expect;  // a pattern (lib/base, pattern); empty: nothing is read

  bool operator==(const TcpCheck&) const = default;
};

struct StatusRange {
  std::uint16_t first = 200;
  std::uint16_t last = 299;

  bool operator==(const StatusRange&) const = default;
};

// What the body must match.
struct BodyPattern {
  std::string pattern;     // empty: none
  std::string options;     // PCRE2's names in lower case, separated by blanks
  bool absent = false;     // passes when the body does not match
  std::uint32_t from = 0;  // bytes of the body that are looked at;
  std::uint32_t to = 0;    // 0: to the end

  bool operator==(const BodyPattern&) const = default;
};

struct HttpUrl {
  std::string path;
  std::string virtualhost;  // empty: the check's
  std::string digest;       // MD5 of the body in lower-case hexadecimal; empty: any
  std::vector<StatusRange> statuses = {StatusRange{}};
  BodyPattern body;
  bool tls_compliant = false;
  std::string method = "GET";
  std::vector<std::string> headers;  // "Name: value", beside those that are always sent
  std::string credentials;           // "user:password" of basic authentication; empty: none
  std::string content;               // the request's body; empty: none

  bool operator==(const HttpUrl&) const = default;
};

enum class HttpVersion : std::uint8_t {
  v1_0,
  v1_0_close,  // with "Connection: close"
  v1_1,
};
std::string_view text(HttpVersion version);  // "1.0", "1.0C", "1.1"

enum class TlsVersion : std::uint8_t {
  any,  // what the TLS library is set up for
  v1_0,
  v1_1,
  v1_2,
  v1_3,
};
std::string_view text(TlsVersion version);  // "any", "1.2"

// Passes when the urls, asked for in turn, answer as wanted.
struct HttpCheck {
  bool tls = false;
  std::vector<HttpUrl> urls;
  std::string virtualhost;  // Host header and TLS server name; empty: address and port
  HttpVersion version = HttpVersion::v1_0;
  bool enable_sni = false;
  std::string sni_name;        // beats all virtual hosts; empty: they decide
  bool fast_recovery = false;  // a recovering server's remaining urls are asked for at once
  bool tls_compliant = false;  // TLS is ended with a close-notify
  bool verify = false;         // the server's certificate must be good, and for the name asked for
  TlsVersion tls_minimum = TlsVersion::any;
  Duration cert_expiry_warning = std::chrono::hours(14 * 24);  // before its end; 0: none
  bool disable_on_404 = false;             // 404 passes and asks for the drain of the server
  std::uint32_t body_limit = 1024 * 1024;  // bytes of the body that are read and judged

  bool operator==(const HttpCheck&) const = default;
};

// Passes when the greeting, HELO and QUIT are answered as they should.
struct SmtpCheck {
  std::string helo_name = "smtpchecker.keepalived.org";

  bool operator==(const SmtpCheck&) const = default;
};

// Resource record types by their number (RFC 1035 and its successors).
enum class DnsType : std::uint16_t {
  a = 1,
  ns = 2,
  cname = 5,
  soa = 6,
  mx = 15,
  txt = 16,
  aaaa = 28,
  rrsig = 46,
  dnskey = 48,
};
std::string_view text(DnsType type);  // "SOA"

// Passes when the answer has the query's id, no error and, where `answer` is given, a record of the
// type that was asked for with that content.
struct DnsCheck {
  DnsType type = DnsType::soa;
  std::string name = ".";
  bool tcp = false;
  std::string answer;  // as dig prints it: "192.0.2.1", "mail.example.com"; empty: any

  bool operator==(const DnsCheck&) const = default;
};

// Passes without an ICMP error; with `require_reply` when an answer comes.
struct UdpCheck {
  std::vector<std::uint8_t> payload;  // empty: keepalived's 32 bytes of text
  bool require_reply = false;
  std::vector<std::uint8_t> reply;       // what the answer starts with; empty: anything
  std::vector<std::uint8_t> reply_mask;  // as long as `reply`; bits that count
  std::uint16_t min_reply = 0;           // bounds hold only where `reply` is given
  std::uint16_t max_reply = 255;

  bool operator==(const UdpCheck&) const = default;
};

// Passes on an echo reply.
struct PingCheck {
  bool operator==(const PingCheck&) const = default;
};

// Passes when the program ends with 0; `dynamic`: with 2..255 as well, which sets the weight.
struct MiscCheck {
  Script script;
  Duration timeout = std::chrono::seconds(60);
  bool dynamic = false;

  bool operator==(const MiscCheck&) const = default;
};

// The number in a file is added to the weight, or fails the server (keepalived 2.7).
struct FileCheck {
  std::string track_file;  // its name
  std::string path;
  std::int32_t weight = 0;
  bool reverse = false;

  bool operator==(const FileCheck&) const = default;
};

// Passes as the agent on the server says, which sets its weight and state too (HAProxy's agent
// protocol).
struct AgentCheck {
  std::string send;  // sent first; empty: nothing

  bool operator==(const AgentCheck&) const = default;
};

// Passes while the BFD session is up.
struct BfdCheck {
  std::string instance;

  bool operator==(const BfdCheck&) const = default;
};

using Probe = std::variant<TcpCheck, HttpCheck, SmtpCheck, DnsCheck, UdpCheck, PingCheck, MiscCheck,
                           FileCheck, BfdCheck, AgentCheck>;

// "TCP_CHECK": the word of the configuration file.
std::string_view keyword(const Probe& probe);

// How often a check runs, and how many results make a verdict.
struct CheckPolicy {
  Duration delay_loop = std::chrono::seconds(60);
  Duration connect_timeout = std::chrono::seconds(5);
  Duration delay_before_retry = std::chrono::seconds(1);
  std::optional<Duration> warmup;         // first run is spread over it; absent: delay_loop
  std::optional<Duration> fast_interval;  // while falling or rising; absent: delay_loop
  std::optional<Duration> down_interval;  // while down; absent: delay_loop
  std::uint32_t retry = 1;                // failures that are forgiven: `fall` is retry + 1
  std::uint32_t rise = 1;                 // successes that bring a failed server back
  bool alpha = false;                     // down until it has passed once
  bool log_all_failures = false;
  bool patient_start = false;  // the first failure after a start is forgiven like others

  bool operator==(const CheckPolicy&) const = default;
};

// How many failures in a row take a server out. The largest `retry` there is forgives no more than
// that many.
inline std::uint32_t fall(const CheckPolicy& policy) {
  return std::max(policy.retry, policy.retry + 1);
}

struct CheckSettings {
  Probe probe;
  CheckPolicy policy;

  bool operator==(const CheckSettings&) const = default;
};

// Where a check goes, and from where.
struct CheckTarget {
  Endpoint endpoint;
  std::optional<Address> bind_address;
  std::uint16_t bind_port = 0;  // 0: any
  std::string bind_interface;   // empty: any
  std::uint32_t fwmark = 0;     // SO_MARK; 0: none

  auto operator<=>(const CheckTarget&) const = default;
};

// One check of one real server. Servers whose checks are equal share one probe. Settings are shared
// between the checks of a file that spell the same, so that 50,000 servers stay small.
struct Check {
  std::shared_ptr<const CheckSettings> settings;  // never null
  CheckTarget target;
  Origin origin;

  bool operator==(const Check& other) const {
    return target == other.target && (settings == other.settings || *settings == *other.settings);
  }
};

}  // namespace lvsd
