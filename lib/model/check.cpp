#include "model/check.h"

namespace lvsd {

namespace {

struct Keyword {
  std::string_view operator()(const TcpCheck&) const { return "TCP_CHECK"; }
  std::string_view operator()(const HttpCheck& check) const {
    return check.tls ? "SSL_GET" : "HTTP_GET";
  }
  std::string_view operator()(const SmtpCheck&) const { return "SMTP_CHECK"; }
  std::string_view operator()(const DnsCheck&) const { return "DNS_CHECK"; }
  std::string_view operator()(const UdpCheck&) const { return "UDP_CHECK"; }
  std::string_view operator()(const PingCheck&) const { return "PING_CHECK"; }
  std::string_view operator()(const MiscCheck&) const { return "MISC_CHECK"; }
  std::string_view operator()(const FileCheck&) const { return "FILE_CHECK"; }
  std::string_view operator()(const BfdCheck&) const { return "BFD_CHECK"; }
  std::string_view operator()(const AgentCheck&) const { return "AGENT_CHECK"; }
};

}  // namespace

std::string_view keyword(const Probe& probe) {
  return std::visit(Keyword{}, probe);
}

std::string_view text(HttpVersion version) {
  switch (version) {
    case HttpVersion::v1_0:
      return "1.0";
    case HttpVersion::v1_0_close:
      return "1.0C";
    case HttpVersion::v1_1:
      return "1.1";
  }
  return "?";
}

std::string_view text(TlsVersion version) {
  switch (version) {
    case TlsVersion::any:
      return "any";
    case TlsVersion::v1_0:
      return "1.0";
    case TlsVersion::v1_1:
      return "1.1";
    case TlsVersion::v1_2:
      return "1.2";
    case TlsVersion::v1_3:
      return "1.3";
  }
  return "?";
}

std::string_view text(DnsType type) {
  switch (type) {
    case DnsType::a:
      return "A";
    case DnsType::ns:
      return "NS";
    case DnsType::cname:
      return "CNAME";
    case DnsType::soa:
      return "SOA";
    case DnsType::mx:
      return "MX";
    case DnsType::txt:
      return "TXT";
    case DnsType::aaaa:
      return "AAAA";
    case DnsType::rrsig:
      return "RRSIG";
    case DnsType::dnskey:
      return "DNSKEY";
  }
  return "?";
}

}  // namespace lvsd
