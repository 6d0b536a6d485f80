// SPDX-License-Identifier: Apache-2.0
#include <string_view>

#include "cli/explain_page.h"
#include "cli/page.h"
#include "policy/safe_list.h"

namespace podsysctl::cli {
namespace {

void put_settings(Page& page, std::string_view title,
                  std::span<const sysctl::ProfileSetting> settings) {
  if (settings.empty()) {
    return;
  }
  page.heading(title);
  for (const sysctl::ProfileSetting& setting : settings) {
    page.paragraph(fmt::format("{} = {}", setting.key, setting.value));
    page.item("  why", setting.reason);
    page.item("  effect", setting.effect);
    page.item("  cost", setting.cost);
    page.item("  source", setting.source);
  }
}

std::string manifest_of(std::span<const sysctl::ProfileSetting> settings) {
  std::string text = "spec:\n  securityContext:\n    sysctls:\n";
  for (const sysctl::ProfileSetting& setting : settings) {
    text += fmt::format("      - name: {}\n        value: \"{}\"\n", setting.key, setting.value);
  }
  return text;
}

// What the kubelet must be told; "" where the whole profile is on the safe list.
std::string unsafe_names(std::span<const sysctl::ProfileSetting> settings) {
  std::string names;
  for (const sysctl::ProfileSetting& setting : settings) {
    if (policy::find_safe_sysctl(setting.key) == nullptr) {
      names += fmt::format("{}{}", names.empty() ? "" : ",", setting.key);
    }
  }
  return names;
}

void put_pod_texts(Page& page, std::span<const sysctl::ProfileSetting> settings) {
  if (settings.empty()) {
    return;
  }
  page.heading("For the pod's manifest");
  page.literal(manifest_of(settings));
  const std::string unsafe = unsafe_names(settings);
  if (!unsafe.empty()) {
    page.heading("For the kubelet");
    page.literal("--allowed-unsafe-sysctls=" + unsafe);
  }
}

}  // namespace

std::string profile_text(const sysctl::Profile& profile, Table::Colours colours) {
  Page page(colours);
  page.heading(fmt::format("{}: {}", profile.name, profile.title));
  page.paragraph(profile.purpose);
  put_settings(page, "The pod asks for", profile.pod);
  put_settings(page, "The node's administrator sets", profile.node);
  if (!profile.application.empty()) {
    page.heading("The application itself");
    for (const std::string_view sentence : profile.application) {
      page.bullet(sentence);
    }
  }
  put_pod_texts(page, profile.pod);
  return page.text();
}

std::string profile_list_text(std::span<const sysctl::Profile> profiles) {
  Table table({"PROFILE", "TITLE"});
  for (const sysctl::Profile& profile : profiles) {
    table.add({{std::string(profile.name)}, {std::string(profile.title)}});
  }
  return table.text(Table::Colours::off);
}

}  // namespace podsysctl::cli
