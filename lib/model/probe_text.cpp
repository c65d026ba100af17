#include "model/probe_text.h"

#include "base/printable.h"

namespace lvsd {

namespace {

std::string quoted(std::string_view bytes) {
  return '"' + printable(bytes) + '"';
}

// As it is written in the file.
std::string quoted_pattern(std::string_view pattern) {
  return '"' + printable_line(pattern) + '"';
}

std::string text(const StatusRange& range) {
  const std::string first = std::to_string(range.first);
  return range.first == range.last ? first : first + "-" + std::to_string(range.last);
}

std::string text(const BodyPattern& body) {
  return (body.absent ? " body !~ " : " body ~ ") + quoted_pattern(body.pattern);
}

std::string request(const HttpCheck& check, const HttpUrl& url) {
  std::string out = url.method + " " + url.path;
  const std::string& host = url.virtualhost.empty() ? check.virtualhost : url.virtualhost;
  if (!host.empty()) out += " Host " + host;
  out += " expect ";
  for (std::size_t i = 0; i < url.statuses.size(); ++i)
    out += (i == 0 ? "" : ",") + text(url.statuses[i]);
  if (!url.digest.empty()) out += " digest " + url.digest;
  if (!url.body.pattern.empty()) out += text(url.body);
  return out;
}

std::string text(const UdpCheck& check) {
  std::string out = "datagram";
  if (!check.payload.empty()) out += " of " + std::to_string(check.payload.size()) + " bytes";
  if (!check.reply.empty())
    out += " expect " + std::to_string(check.reply.size()) + " bytes";
  else if (check.require_reply)
    out += " expect an answer";
  return out;
}

struct Requests {
  std::vector<std::string> operator()(const TcpCheck& check) const {
    std::string out = "connect";
    if (!check.send.empty()) out += " send " + quoted(check.send);
    if (!check.expect.empty()) out += " expect " + quoted_pattern(check.expect);
    return {std::move(out)};
  }
  std::vector<std::string> operator()(const HttpCheck& check) const {
    std::vector<std::string> out;
    out.reserve(check.urls.size());
    for (const HttpUrl& url : check.urls)
      out.push_back(request(check, url));
    return out;
  }
  std::vector<std::string> operator()(const SmtpCheck& check) const {
    return {"HELO " + check.helo_name};
  }
  std::vector<std::string> operator()(const DnsCheck& check) const {
    std::string out = std::string(lvsd::text(check.type)) + " of " + check.name;
    if (check.tcp) out += " over TCP";
    if (!check.answer.empty()) out += " expect " + check.answer;
    return {std::move(out)};
  }
  std::vector<std::string> operator()(const UdpCheck& check) const { return {text(check)}; }
  std::vector<std::string> operator()(const PingCheck&) const { return {"echo"}; }
  std::vector<std::string> operator()(const MiscCheck& check) const {
    std::string out;
    for (const std::string& word : check.script.argv)
      out += (out.empty() ? "" : " ") + word;
    return {std::move(out)};
  }
  std::vector<std::string> operator()(const FileCheck& check) const { return {check.path}; }
  std::vector<std::string> operator()(const BfdCheck& check) const { return {check.instance}; }
  std::vector<std::string> operator()(const AgentCheck& check) const {
    return {check.send.empty() ? "connect" : "connect send " + quoted(check.send)};
  }
};

}  // namespace

std::vector<std::string> requests(const Probe& probe) {
  return std::visit(Requests{}, probe);
}

}  // namespace lvsd
