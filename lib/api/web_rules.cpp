#include "api/web_rules.h"

#include <algorithm>
#include <utility>

#include "model/address.h"

namespace lvsd::api {

namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

bool is_port(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// "lb1" of "lb1.:18080"; "::1" of "[::1]:18080". Nothing of what is no host.
std::string_view name_of(std::string_view host) {
  if (host.starts_with('[')) {
    const auto end = host.find(']');
    if (end == host.npos) return {};
    const std::string_view rest = host.substr(end + 1);
    if (!rest.empty() && (rest[0] != ':' || !is_port(rest.substr(1)))) return {};
    return host.substr(1, end - 1);
  }
  const auto colon = std::min(host.find(':'), host.size());
  if (colon != host.size() && !is_port(host.substr(colon + 1))) return {};
  host = host.substr(0, colon);
  if (host.ends_with('.')) host.remove_suffix(1);
  return host;
}

// An address cannot be rebound, for nobody resolves it.
bool is_ours(std::string_view host, const WebRules& rules) {
  const std::string_view name = name_of(host);
  if (name.empty()) return false;
  if (parse_address(name) || is_same_name(name, "localhost")) return true;
  return std::any_of(rules.names.begin(), rules.names.end(),
                     [name](const std::string& known) { return is_same_name(name, known); });
}

// A page that we gave, or no page at all. What ends TLS before us has to hand the Host through.
bool is_of_our_page(const WebRequest& request) {
  if (!request.fetch_site.empty() && request.fetch_site != "same-origin" &&
      request.fetch_site != "none")
    return false;
  if (request.origin.empty()) return true;
  if (request.hosts.empty()) return false;
  return is_same_name(request.origin, "http://" + request.hosts.front()) ||
         is_same_name(request.origin, "https://" + request.hosts.front());
}

std::string_view bearer(std::string_view authorization) {
  constexpr std::string_view scheme = "Bearer ";
  if (authorization.size() < scheme.size() ||
      !is_same_name(authorization.substr(0, scheme.size()), scheme))
    return {};
  return authorization.substr(scheme.size());
}

Response refusal(int status, std::string_view type, std::string_view title, std::string detail) {
  ProblemView problem = forbidden(std::move(detail));
  problem.status = status;
  problem.type = "urn:lvsd:problem:" + std::string(type);
  problem.title = title;
  return response(problem);
}

Response no_token(std::string detail) {
  Response refused =
      refusal(401, "unauthorized", "The token is missing or wrong", std::move(detail));
  refused.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"lvsd\"");
  return refused;
}

std::optional<Response> wrong_host(const WebRequest& request, const WebRules& rules) {
  if (request.hosts.empty() && !request.needs_host) return std::nullopt;
  if (request.hosts.size() != 1)
    return response(bad_request("a request has one Host, this one has " +
                                std::to_string(request.hosts.size())));
  if (is_ours(request.hosts.front(), rules)) return std::nullopt;
  return refusal(421, "misdirected", "This is not that host",
                 "lvsd is asked for by an address, as localhost, by the name of its machine, or by "
                 "one that 'host_names' in its 'api' block has");
}

bool is_reading(Method method) {
  return method == Method::get || method == Method::head;
}

std::optional<Response> refused_change(const WebRequest& request, const WebRules& rules,
                                       bool has_token) {
  if (is_reading(request.method)) return std::nullopt;
  if (rules.token.empty())
    return response(
        forbidden("this listener takes no changes: lvsctl on the machine itself does, and "
                  "'write yes' with a 'token_file' lets this one"));
  if (!is_of_our_page(request))
    return response(forbidden("a page of another site asks for this change"));
  if (!has_token) return no_token("changes need 'Authorization: Bearer TOKEN'");
  return std::nullopt;
}

}  // namespace

// Every byte of what is given is looked at, and none of the secret more often than that.
bool is_same_secret(std::string_view given, std::string_view secret) {
  if (secret.empty()) return false;
  volatile unsigned difference = given.size() == secret.size() ? 0 : 1;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const auto a = static_cast<unsigned char>(given[i]);
    const auto b = static_cast<unsigned char>(secret[i % secret.size()]);
    difference = difference | static_cast<unsigned>(a ^ b);
  }
  return difference == 0;
}

Admission admission(const WebRequest& request, const WebRules& rules) {
  if (auto refused = wrong_host(request, rules)) return {.refusal = std::move(refused)};
  const bool shows_one = !rules.token.empty() && !request.authorization.empty();
  const bool has_token = shows_one && is_same_secret(bearer(request.authorization), rules.token);
  if (auto refused = refused_change(request, rules, has_token))
    return {.refusal = std::move(refused)};
  if (shows_one && !has_token) return {.refusal = no_token("the token is wrong")};
  return {.refusal = std::nullopt, .has_token = has_token};
}

Admission local_admission(const WebRequest& request) {
  const bool is_of_a_page =
      !request.origin.empty() || (!request.fetch_site.empty() && request.fetch_site != "none");
  if (is_reading(request.method) || !is_of_a_page) return {};
  return {.refusal = response(forbidden("a page in a browser asks for this change: through the "
                                        "Unix socket lvsctl and the like make them"))};
}

}  // namespace lvsd::api
