#include "config/load.h"

#include <utility>

#include "config/compile.h"
#include "config/config_size.h"
#include "config/problems.h"
#include "config/reader.h"
#include "config/source.h"

namespace lvsd {

namespace {

// keepalived's own file is read as keepalived reads it.
bool is_keepalived_file(const std::string& path) {
  return path.substr(path.rfind('/') + 1) == "keepalived.conf";
}

}  // namespace

Loaded load(const std::string& path, const Files& files, const LoadOptions& options) {
  Loaded loaded;
  const bool lenient = options.lenient.value_or(is_keepalived_file(path));
  Sources sources;
  Problems problems(sources, lenient);
  Reader reader(sources, files, options, problems);
  Config config;
  if (reader.open(path)) {
    if (lenient && !options.lenient)
      problems.report(Code::lenient, Span::whole(0),
                      "reading as keepalived would, because of the file's name",
                      "rename it, or say --strict, to have every mistake refused");
    config.virtual_servers.reserve(expected_size(sources.text(0)).virtual_servers);
    Compiler compiler(reader, sources, problems, config);
    if (options.origins) compiler.record_origins(loaded.origins);
    compiler.compile();
    config.virtual_servers.shrink_to_fit();  // of included files nobody knew how many
    config.files = sources.names();
  }
  if (!problems.has_errors()) loaded.config = std::move(config);
  loaded.diagnostics = problems.take();
  for (std::uint32_t file = 0; options.keep_text && file < sources.count(); ++file)
    options.keep_text(sources.name(file), sources.take_text(file));
  return loaded;
}

}  // namespace lvsd
