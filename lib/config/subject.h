#pragma once

#include "model/config.h"

namespace lvsd {

// What a keyword's row is asked about when a Config is written as text or compared. The innermost
// thing and all around it; what does not apply is null.
struct Subject {
  const Config* config = nullptr;
  const ServiceGroup* group = nullptr;
  const VirtualServer* service = nullptr;
  const RealServer* server = nullptr;
  const SorryServer* sorry = nullptr;
  const BackupServer* backup = nullptr;
  const Check* check = nullptr;
  const HttpUrl* url = nullptr;
  const TrackFile* track_file = nullptr;

  template <class Kind>
  const Kind* probe() const {
    return check == nullptr ? nullptr : std::get_if<Kind>(&check->settings->probe);
  }
};

}  // namespace lvsd
