// SPDX-License-Identifier: Apache-2.0
// The command line of `run`. What the flags do: run.cc and run_flags.cc.
#include <memory>

#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/run.h"
#include "cli/verbs.h"

namespace podsysctl::cli {
namespace {

struct Given {
  RunFlags flags;
  std::string root;
};

int wrong(std::string_view message) {
  complain(std::string(message) + "\nhint: podsysctl run --help");
  return kRunFailed;
}

int start(const Given& given) {
  const RunFlags& flags = given.flags;
  if (flags.file.empty() && flags.image.empty()) {
    return wrong("an IMAGE or -f POD.yaml is missing");
  }
  if (!flags.file.empty() && !flags.image.empty()) {
    return wrong("give either an IMAGE or -f, not both");
  }
  return run_pod(flags, given.root);
}

void add_sysctl_flags(Command& run, RunFlags& flags) {
  run.option("sysctl", "KEY=VALUE", "Set a kernel parameter in the pod's namespaces",
             flags.sysctls);
  run.option("allowed-unsafe-sysctls", "PATTERN,...",
             "Allow sysctls beyond the safe ones, e.g. 'net.*'", flags.allowed_unsafe)
      .also("experimental-allowed-unsafe-sysctls");
  run.option("kubernetes-version", "1.X", "Judge as this release does (default: newest known)",
             flags.kubernetes_version);
}

void add_pod_flags(Command& run, Given& given) {
  RunFlags& flags = given.flags;
  run.option("f,file", "FILE", "Run the v1 Pod of this file (- for standard input)", flags.file)
      .completed_with(Completes::files);
  run.option("name", "NAME", "Name of the pod", flags.name);
  run.flag("d,detach", "Run in the background and print the pod's name", flags.detach);
  run.flag("rm", "Remove the pod when it ends", flags.remove);
  run.choice("network", {"none", "host", "bridge"},
             "Network of the pod (default bridge; container: engine docker)", given.flags.network)
      .or_with_prefix("container:", "NAME");
  run.choice("ipc", {"private", "host"},
             "IPC namespace (default private; container: engine docker)", flags.ipc)
      .or_with_prefix("container:", "NAME");
  run.flag("change-joined", "Let --sysctl change the containers that are joined",
           flags.change_joined);
  run.option("p,publish", "HOST:CONTAINER", "Publish a port, [IP:]HOST:CONTAINER[/tcp|udp|sctp]",
             flags.publish);
  run.option("h,hostname", "NAME", "Host name in the pod (default: its name)", flags.hostname);
  run.option("node-label", "K=V", "Label of this host for nodeSelector", flags.node_labels);
}

void add_container_flags(Command& run, RunFlags& flags) {
  run.flag("i,interactive", "Give it our standard input", flags.interactive);
  run.flag("t,tty", "Give it a terminal", flags.tty);
  run.option("e,env", "KEY=VALUE", "Set an environment variable (KEY alone: take ours)", flags.env);
  run.option("v,volume", "SRC:DST[:ro]", "Mount a folder or file of this host", flags.volumes);
  run.option("w,workdir", "DIR", "Working folder", flags.working_dir);
  run.option("u,user", "USER[:GROUP]", "User to run as", flags.user);
  run.option("entrypoint", "PROGRAM", "Instead of the image's entrypoint", flags.entrypoint);
  run.flag("privileged", "All capabilities, all devices, /proc/sys writable", flags.privileged);
  run.flag("read-only", "Root file system read-only", flags.read_only);
  run.option("cap-add", "CAPABILITY", "Add a capability", flags.cap_add);
  run.option("cap-drop", "CAPABILITY", "Drop a capability", flags.cap_drop);
}

void add_engine_flags(Command& run, Given& given) {
  RunFlags& flags = given.flags;
  run.choice("engine", {"embedded", "docker", "cri"}, "What runs the pod (default embedded)",
             flags.engine);
  run.option("runtime", "NAME|PATH",
             "OCI runtime (default: the first that works); cri: its handler", flags.runtime)
      .completed_with(Completes::files);
  run.option("cri-endpoint", "SOCKET", "Where the engine cri finds its runtime (unix:///…)",
             flags.cri_endpoint)
      .completed_with(Completes::files);
  run.choice("pull", {"always", "missing", "never"}, "When to ask the registry", flags.pull);
  run.option("authfile", "FILE", "Credentials of registries (default: those of docker, podman)",
             flags.authfile)
      .completed_with(Completes::files);
  run.choice("o,output", {"text", "json"}, "Form of what -d prints", flags.output);
  add_root_flag(run, given.root);
}

}  // namespace

void add_run(Command& app) {
  const auto given = std::make_shared<Given>();
  Command& run = app.command("run", "Run an image or a pod with its kernel parameters");
  run.usage(
      {"podsysctl run [flags] IMAGE [COMMAND [ARG...]]", "podsysctl run [flags] -f POD.yaml|-"});
  run.details(
      "IMAGE is docker://NAME or a bare reference (registry), oci:DIR[:TAG],\n"
      "docker-archive:FILE[:REF] or rootfs:DIR. Flags after IMAGE belong to COMMAND.\n"
      "The exit code is the container's; 125 if the failure is ours (a forbidden sysctl\n"
      "too), 126 if COMMAND cannot be executed, 127 if it is not found.");
  run.usage_exit(kRunFailed);
  run.argument("IMAGE", Need::optional, given->flags.image).completed_with(Completes::images);
  run.rest("COMMAND", Need::optional, given->flags.command);
  add_sysctl_flags(run, given->flags);
  add_pod_flags(run, *given);
  add_container_flags(run, given->flags);
  add_engine_flags(run, *given);
  run.action([given] { return start(*given); });
}

}  // namespace podsysctl::cli
