#include "daemon/probe_settings.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>

namespace lvsd {

namespace {

constexpr std::size_t most_pem = 4 * 1024 * 1024;

PemFile pem_file(const std::string& name) {
  PemFile file{.name = name, .content = {}, .refusal = {}};
  if (name.empty()) return file;
  errno = 0;
  std::ifstream stream(name, std::ios::binary);
  file.content.resize(most_pem + 1);
  if (stream) stream.read(file.content.data(), static_cast<std::streamsize>(file.content.size()));
  file.content.resize(static_cast<std::size_t>(stream.gcount()));
  if (!stream.is_open() || stream.bad())
    file.refusal = errno != 0 ? std::strerror(errno) : "cannot be read";
  else if (file.content.size() > most_pem)
    file.refusal = "longer than 4 MiB";
  if (!file.refusal.empty()) file.content.clear();
  return file;
}

}  // namespace

ProbeSettings probe_settings(const GlobalSettings& global) {
  ProbeSettings settings;
  if (global.tls)
    settings.tls = TlsMaterial{.password = global.tls->password,
                               .ca = pem_file(global.tls->ca),
                               .certificate = pem_file(global.tls->certificate),
                               .key = pem_file(global.tls->key)};
  settings.scripts = {.user = global.script_user,
                      .group = global.script_group,
                      .security = global.script_security,
                      .supplementary_groups = global.supplementary_groups,
                      .symlink_paths = global.symlink_paths,
                      .umask = global.umask.value_or(0177)};
  settings.max_scripts = global.max_scripts;
  settings.checker = global.checker;
  return settings;
}

}  // namespace lvsd
