# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_kafkactl_global_optspecs
    string join \n b/bootstrap= c/context= X= config= timeout= o/output= color= q/quiet v/verbose h/help V/version
end

function __fish_kafkactl_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_kafkactl_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_kafkactl_using_subcommand
    set -l cmd (__fish_kafkactl_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c kafkactl -n "__fish_kafkactl_needs_command" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_needs_command" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_needs_command" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_needs_command" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_needs_command" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_needs_command" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_needs_command" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_needs_command" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_needs_command" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_needs_command" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_needs_command" -s V -l version -d 'Print version'
complete -c kafkactl -n "__fish_kafkactl_needs_command" -f -a "broker" -d 'Run a broker, and set those that run'
complete -c kafkactl -n "__fish_kafkactl_needs_command" -f -a "brokers" -d 'Run a broker, and set those that run'
complete -c kafkactl -n "__fish_kafkactl_needs_command" -f -a "topic" -d 'Read and change topics, their settings and partitions'
complete -c kafkactl -n "__fish_kafkactl_needs_command" -f -a "topics" -d 'Read and change topics, their settings and partitions'
complete -c kafkactl -n "__fish_kafkactl_needs_command" -f -a "t" -d 'Read and change topics, their settings and partitions'
complete -c kafkactl -n "__fish_kafkactl_needs_command" -f -a "produce" -d 'Write records from files or standard input to a topic'
complete -c kafkactl -n "__fish_kafkactl_needs_command" -f -a "consume" -d 'Read records of topics'
complete -c kafkactl -n "__fish_kafkactl_needs_command" -f -a "top" -d 'Watch brokers, partitions and groups live'
complete -c kafkactl -n "__fish_kafkactl_needs_command" -f -a "demo" -d 'See it all at once: a broker, clients at work and the dashboard; nothing of it stays'
complete -c kafkactl -n "__fish_kafkactl_needs_command" -f -a "exporter" -d 'Serve lag and the state of any cluster to Prometheus'
complete -c kafkactl -n "__fish_kafkactl_needs_command" -f -a "group" -d 'Read consumer groups, their lag and offsets, and change them'
complete -c kafkactl -n "__fish_kafkactl_needs_command" -f -a "groups" -d 'Read consumer groups, their lag and offsets, and change them'
complete -c kafkactl -n "__fish_kafkactl_needs_command" -f -a "g" -d 'Read consumer groups, their lag and offsets, and change them'
complete -c kafkactl -n "__fish_kafkactl_needs_command" -f -a "txn" -d 'Look into transactions, and end those that hang'
complete -c kafkactl -n "__fish_kafkactl_needs_command" -f -a "cluster" -d 'Facts about the whole cluster'
complete -c kafkactl -n "__fish_kafkactl_needs_command" -f -a "storage" -d 'Format and inspect data directories; no broker needed'
complete -c kafkactl -n "__fish_kafkactl_needs_command" -f -a "segment" -d 'Read the files of partitions: dump, verify, count, find; no broker needed'
complete -c kafkactl -n "__fish_kafkactl_needs_command" -f -a "segments" -d 'Read the files of partitions: dump, verify, count, find; no broker needed'
complete -c kafkactl -n "__fish_kafkactl_needs_command" -f -a "seg" -d 'Read the files of partitions: dump, verify, count, find; no broker needed'
complete -c kafkactl -n "__fish_kafkactl_needs_command" -f -a "context" -d 'Named clusters in kafkactl.toml'
complete -c kafkactl -n "__fish_kafkactl_needs_command" -f -a "ctx" -d 'Named clusters in kafkactl.toml'
complete -c kafkactl -n "__fish_kafkactl_needs_command" -f -a "completion" -d 'Print a shell\'s completion script'
complete -c kafkactl -n "__fish_kafkactl_needs_command" -f -a "version" -d 'Print the version'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand broker; and not __fish_seen_subcommand_from start config" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand broker; and not __fish_seen_subcommand_from start config" -f -a "start" -d 'Run a broker until it is told to stop'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand broker; and not __fish_seen_subcommand_from start config" -f -a "config" -d 'Settings of running brokers, and the levels of their loggers'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand broker; and __fish_seen_subcommand_from start" -l data-dir -d 'Where topics and metadata live; formatted when empty [default: log.dirs, else ./kafkactl-data]' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand broker; and __fish_seen_subcommand_from start" -l listen -d 'Address to serve on; port 0 takes a free one [default: listeners, else 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand broker; and __fish_seen_subcommand_from start" -l advertise -d 'Address that clients are told to use [default: advertised.listeners, else the one of --listen]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand broker; and __fish_seen_subcommand_from start" -l ops -d 'Address of the HTTP port for operators: /metrics, /healthz, /readyz, /debug [default: none]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand broker; and __fish_seen_subcommand_from start" -l node-id -d 'This node\'s number [default: node.id, else that of the data directory, else 1]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand broker; and __fish_seen_subcommand_from start" -l cluster-id -d 'Id of the cluster when the directory gets formatted, 22 characters [default: drawn]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand broker; and __fish_seen_subcommand_from start" -l config -d 'Apache Kafka\'s server.properties' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand broker; and __fish_seen_subcommand_from start" -l set -d 'A broker setting, wins over the file; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand broker; and __fish_seen_subcommand_from start" -l ready-file -d 'Written with the bootstrap address once the broker serves; removed at the end' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand broker; and __fish_seen_subcommand_from start" -l explain -d 'Print the settings with their values, sources and effects, or all about one, and end' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand broker; and __fish_seen_subcommand_from start" -l log-level -d 'Log filter: error, warn, info, debug, trace, or per module [default: info]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand broker; and __fish_seen_subcommand_from start" -l log-format -d 'How log lines are written to standard error' -r -f -a "text\t''
json\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand broker; and __fish_seen_subcommand_from start" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand broker; and __fish_seen_subcommand_from start" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand broker; and __fish_seen_subcommand_from start" -l ephemeral -d 'For tests: temporary data that is removed at the end, and a free port unless --listen names one'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand broker; and __fish_seen_subcommand_from start" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand broker; and __fish_seen_subcommand_from start" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand broker; and __fish_seen_subcommand_from start" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand broker; and __fish_seen_subcommand_from config" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand broker; and __fish_seen_subcommand_from config" -f -a "get" -d 'Settings with their values and sources'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand broker; and __fish_seen_subcommand_from config" -f -a "set" -d 'Set broker settings; the others stay as they are'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand broker; and __fish_seen_subcommand_from config" -f -a "unset" -d 'Return broker settings to their defaults'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand brokers; and not __fish_seen_subcommand_from start config" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand brokers; and not __fish_seen_subcommand_from start config" -f -a "start" -d 'Run a broker until it is told to stop'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand brokers; and not __fish_seen_subcommand_from start config" -f -a "config" -d 'Settings of running brokers, and the levels of their loggers'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand brokers; and __fish_seen_subcommand_from start" -l data-dir -d 'Where topics and metadata live; formatted when empty [default: log.dirs, else ./kafkactl-data]' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand brokers; and __fish_seen_subcommand_from start" -l listen -d 'Address to serve on; port 0 takes a free one [default: listeners, else 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand brokers; and __fish_seen_subcommand_from start" -l advertise -d 'Address that clients are told to use [default: advertised.listeners, else the one of --listen]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand brokers; and __fish_seen_subcommand_from start" -l ops -d 'Address of the HTTP port for operators: /metrics, /healthz, /readyz, /debug [default: none]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand brokers; and __fish_seen_subcommand_from start" -l node-id -d 'This node\'s number [default: node.id, else that of the data directory, else 1]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand brokers; and __fish_seen_subcommand_from start" -l cluster-id -d 'Id of the cluster when the directory gets formatted, 22 characters [default: drawn]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand brokers; and __fish_seen_subcommand_from start" -l config -d 'Apache Kafka\'s server.properties' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand brokers; and __fish_seen_subcommand_from start" -l set -d 'A broker setting, wins over the file; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand brokers; and __fish_seen_subcommand_from start" -l ready-file -d 'Written with the bootstrap address once the broker serves; removed at the end' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand brokers; and __fish_seen_subcommand_from start" -l explain -d 'Print the settings with their values, sources and effects, or all about one, and end' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand brokers; and __fish_seen_subcommand_from start" -l log-level -d 'Log filter: error, warn, info, debug, trace, or per module [default: info]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand brokers; and __fish_seen_subcommand_from start" -l log-format -d 'How log lines are written to standard error' -r -f -a "text\t''
json\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand brokers; and __fish_seen_subcommand_from start" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand brokers; and __fish_seen_subcommand_from start" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand brokers; and __fish_seen_subcommand_from start" -l ephemeral -d 'For tests: temporary data that is removed at the end, and a free port unless --listen names one'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand brokers; and __fish_seen_subcommand_from start" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand brokers; and __fish_seen_subcommand_from start" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand brokers; and __fish_seen_subcommand_from start" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand brokers; and __fish_seen_subcommand_from config" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand brokers; and __fish_seen_subcommand_from config" -f -a "get" -d 'Settings with their values and sources'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand brokers; and __fish_seen_subcommand_from config" -f -a "set" -d 'Set broker settings; the others stay as they are'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand brokers; and __fish_seen_subcommand_from config" -f -a "unset" -d 'Return broker settings to their defaults'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and not __fish_seen_subcommand_from list ls describe create delete rm config add-partitions offsets trim delete-records" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and not __fish_seen_subcommand_from list ls describe create delete rm config add-partitions offsets trim delete-records" -f -a "list" -d 'Topics with their partition and replica counts'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and not __fish_seen_subcommand_from list ls describe create delete rm config add-partitions offsets trim delete-records" -f -a "ls" -d 'Topics with their partition and replica counts'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and not __fish_seen_subcommand_from list ls describe create delete rm config add-partitions offsets trim delete-records" -f -a "describe" -d 'Partitions, replicas and changed settings of topics'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and not __fish_seen_subcommand_from list ls describe create delete rm config add-partitions offsets trim delete-records" -f -a "create" -d 'Create topics'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and not __fish_seen_subcommand_from list ls describe create delete rm config add-partitions offsets trim delete-records" -f -a "delete" -d 'Delete topics and all their records'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and not __fish_seen_subcommand_from list ls describe create delete rm config add-partitions offsets trim delete-records" -f -a "rm" -d 'Delete topics and all their records'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and not __fish_seen_subcommand_from list ls describe create delete rm config add-partitions offsets trim delete-records" -f -a "config" -d 'Settings of a topic'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and not __fish_seen_subcommand_from list ls describe create delete rm config add-partitions offsets trim delete-records" -f -a "add-partitions" -d 'Raise a topic\'s number of partitions'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and not __fish_seen_subcommand_from list ls describe create delete rm config add-partitions offsets trim delete-records" -f -a "offsets" -d 'Offsets of each partition: the log\'s ends, or any position'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and not __fish_seen_subcommand_from list ls describe create delete rm config add-partitions offsets trim delete-records" -f -a "trim" -d 'Delete the records before a position'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and not __fish_seen_subcommand_from list ls describe create delete rm config add-partitions offsets trim delete-records" -f -a "delete-records" -d 'Delete the records before a position'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from list" -l regex -d 'Only names that match this regular expression' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from list" -s w -l watch -d 'Repeat until interrupted' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from list" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from list" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from list" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from list" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from list" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from list" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from list" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from list" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from list" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from list" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from list" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from list" -l internal -d 'Kafka\'s own topics too'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from list" -l urp -l under-replicated -d 'Only topics with a partition that has fewer in-sync replicas than replicas'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from list" -l offline -d 'Only topics with a partition that has no leader'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from list" -l under-min-isr -d 'Only topics with a partition below min.insync.replicas'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from list" -l at-min-isr -d 'Only topics with a partition at min.insync.replicas'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from list" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from ls" -l regex -d 'Only names that match this regular expression' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from ls" -s w -l watch -d 'Repeat until interrupted' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from ls" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from ls" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from ls" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from ls" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from ls" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from ls" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from ls" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from ls" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from ls" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from ls" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from ls" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from ls" -l internal -d 'Kafka\'s own topics too'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from ls" -l urp -l under-replicated -d 'Only topics with a partition that has fewer in-sync replicas than replicas'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from ls" -l offline -d 'Only topics with a partition that has no leader'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from ls" -l under-min-isr -d 'Only topics with a partition below min.insync.replicas'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from ls" -l at-min-isr -d 'Only topics with a partition at min.insync.replicas'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from ls" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from describe" -s w -l watch -d 'Repeat until interrupted' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from describe" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from describe" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from describe" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from describe" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from describe" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from describe" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from describe" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from describe" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from describe" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from describe" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from describe" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from describe" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from describe" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from describe" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from describe" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from create" -s P -l partitions -d 'Number of partitions [default: the broker\'s num.partitions]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from create" -s R -l replicas -l replication-factor -d 'Replicas of each partition [default: the broker\'s default.replication.factor]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from create" -s C -l set -d 'A topic setting, such as retention.ms=60000; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from create" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from create" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from create" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from create" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from create" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from create" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from create" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from create" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from create" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from create" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from create" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from create" -l if-not-exists -d 'Not an error when the topic exists'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from create" -l dry-run -d 'Let the cluster check it, and do nothing'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from create" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from create" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from create" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from delete" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from delete" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from delete" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from delete" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from delete" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from delete" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from delete" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from delete" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from delete" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from delete" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from delete" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from delete" -l if-exists -d 'Not an error when a topic does not exist'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from delete" -s y -l yes -d 'Do it without asking'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from delete" -l dry-run -d 'Show what would be done, and do nothing'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from delete" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from delete" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from delete" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from rm" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from rm" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from rm" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from rm" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from rm" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from rm" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from rm" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from rm" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from rm" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from rm" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from rm" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from rm" -l if-exists -d 'Not an error when a topic does not exist'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from rm" -s y -l yes -d 'Do it without asking'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from rm" -l dry-run -d 'Show what would be done, and do nothing'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from rm" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from rm" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from rm" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from config" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from config" -f -a "get" -d 'Settings with their values and sources'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from config" -f -a "set" -d 'Set topic settings; the others stay as they are'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from config" -f -a "unset" -d 'Return topic settings to their defaults'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from add-partitions" -s P -l partitions -d 'The number of partitions afterwards' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from add-partitions" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from add-partitions" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from add-partitions" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from add-partitions" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from add-partitions" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from add-partitions" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from add-partitions" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from add-partitions" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from add-partitions" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from add-partitions" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from add-partitions" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from add-partitions" -l dry-run -d 'Let the cluster check it, and do nothing'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from add-partitions" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from add-partitions" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from add-partitions" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from add-partitions" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from offsets" -l at -d 'Also the offset at a position, such as @-1h or end-100' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from offsets" -s w -l watch -d 'Repeat until interrupted' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from offsets" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from offsets" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from offsets" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from offsets" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from offsets" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from offsets" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from offsets" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from offsets" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from offsets" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from offsets" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from offsets" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from offsets" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from offsets" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from offsets" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from offsets" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from trim" -l to -d 'The first record that stays, such as end, end-100, @-7d or 0:500' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from trim" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from trim" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from trim" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from trim" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from trim" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from trim" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from trim" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from trim" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from trim" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from trim" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from trim" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from trim" -s y -l yes -d 'Do it without asking'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from trim" -l dry-run -d 'Show what would be done, and do nothing'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from trim" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from trim" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from trim" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from trim" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from delete-records" -l to -d 'The first record that stays, such as end, end-100, @-7d or 0:500' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from delete-records" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from delete-records" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from delete-records" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from delete-records" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from delete-records" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from delete-records" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from delete-records" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from delete-records" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from delete-records" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from delete-records" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from delete-records" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from delete-records" -s y -l yes -d 'Do it without asking'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from delete-records" -l dry-run -d 'Show what would be done, and do nothing'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from delete-records" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from delete-records" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from delete-records" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topic; and __fish_seen_subcommand_from delete-records" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and not __fish_seen_subcommand_from list ls describe create delete rm config add-partitions offsets trim delete-records" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and not __fish_seen_subcommand_from list ls describe create delete rm config add-partitions offsets trim delete-records" -f -a "list" -d 'Topics with their partition and replica counts'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and not __fish_seen_subcommand_from list ls describe create delete rm config add-partitions offsets trim delete-records" -f -a "ls" -d 'Topics with their partition and replica counts'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and not __fish_seen_subcommand_from list ls describe create delete rm config add-partitions offsets trim delete-records" -f -a "describe" -d 'Partitions, replicas and changed settings of topics'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and not __fish_seen_subcommand_from list ls describe create delete rm config add-partitions offsets trim delete-records" -f -a "create" -d 'Create topics'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and not __fish_seen_subcommand_from list ls describe create delete rm config add-partitions offsets trim delete-records" -f -a "delete" -d 'Delete topics and all their records'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and not __fish_seen_subcommand_from list ls describe create delete rm config add-partitions offsets trim delete-records" -f -a "rm" -d 'Delete topics and all their records'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and not __fish_seen_subcommand_from list ls describe create delete rm config add-partitions offsets trim delete-records" -f -a "config" -d 'Settings of a topic'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and not __fish_seen_subcommand_from list ls describe create delete rm config add-partitions offsets trim delete-records" -f -a "add-partitions" -d 'Raise a topic\'s number of partitions'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and not __fish_seen_subcommand_from list ls describe create delete rm config add-partitions offsets trim delete-records" -f -a "offsets" -d 'Offsets of each partition: the log\'s ends, or any position'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and not __fish_seen_subcommand_from list ls describe create delete rm config add-partitions offsets trim delete-records" -f -a "trim" -d 'Delete the records before a position'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and not __fish_seen_subcommand_from list ls describe create delete rm config add-partitions offsets trim delete-records" -f -a "delete-records" -d 'Delete the records before a position'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from list" -l regex -d 'Only names that match this regular expression' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from list" -s w -l watch -d 'Repeat until interrupted' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from list" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from list" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from list" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from list" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from list" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from list" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from list" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from list" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from list" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from list" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from list" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from list" -l internal -d 'Kafka\'s own topics too'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from list" -l urp -l under-replicated -d 'Only topics with a partition that has fewer in-sync replicas than replicas'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from list" -l offline -d 'Only topics with a partition that has no leader'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from list" -l under-min-isr -d 'Only topics with a partition below min.insync.replicas'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from list" -l at-min-isr -d 'Only topics with a partition at min.insync.replicas'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from list" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from ls" -l regex -d 'Only names that match this regular expression' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from ls" -s w -l watch -d 'Repeat until interrupted' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from ls" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from ls" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from ls" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from ls" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from ls" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from ls" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from ls" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from ls" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from ls" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from ls" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from ls" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from ls" -l internal -d 'Kafka\'s own topics too'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from ls" -l urp -l under-replicated -d 'Only topics with a partition that has fewer in-sync replicas than replicas'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from ls" -l offline -d 'Only topics with a partition that has no leader'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from ls" -l under-min-isr -d 'Only topics with a partition below min.insync.replicas'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from ls" -l at-min-isr -d 'Only topics with a partition at min.insync.replicas'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from ls" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from describe" -s w -l watch -d 'Repeat until interrupted' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from describe" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from describe" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from describe" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from describe" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from describe" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from describe" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from describe" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from describe" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from describe" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from describe" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from describe" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from describe" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from describe" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from describe" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from describe" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from create" -s P -l partitions -d 'Number of partitions [default: the broker\'s num.partitions]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from create" -s R -l replicas -l replication-factor -d 'Replicas of each partition [default: the broker\'s default.replication.factor]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from create" -s C -l set -d 'A topic setting, such as retention.ms=60000; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from create" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from create" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from create" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from create" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from create" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from create" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from create" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from create" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from create" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from create" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from create" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from create" -l if-not-exists -d 'Not an error when the topic exists'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from create" -l dry-run -d 'Let the cluster check it, and do nothing'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from create" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from create" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from create" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from delete" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from delete" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from delete" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from delete" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from delete" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from delete" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from delete" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from delete" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from delete" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from delete" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from delete" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from delete" -l if-exists -d 'Not an error when a topic does not exist'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from delete" -s y -l yes -d 'Do it without asking'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from delete" -l dry-run -d 'Show what would be done, and do nothing'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from delete" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from delete" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from delete" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from rm" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from rm" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from rm" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from rm" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from rm" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from rm" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from rm" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from rm" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from rm" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from rm" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from rm" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from rm" -l if-exists -d 'Not an error when a topic does not exist'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from rm" -s y -l yes -d 'Do it without asking'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from rm" -l dry-run -d 'Show what would be done, and do nothing'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from rm" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from rm" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from rm" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from config" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from config" -f -a "get" -d 'Settings with their values and sources'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from config" -f -a "set" -d 'Set topic settings; the others stay as they are'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from config" -f -a "unset" -d 'Return topic settings to their defaults'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from add-partitions" -s P -l partitions -d 'The number of partitions afterwards' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from add-partitions" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from add-partitions" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from add-partitions" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from add-partitions" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from add-partitions" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from add-partitions" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from add-partitions" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from add-partitions" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from add-partitions" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from add-partitions" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from add-partitions" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from add-partitions" -l dry-run -d 'Let the cluster check it, and do nothing'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from add-partitions" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from add-partitions" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from add-partitions" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from add-partitions" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from offsets" -l at -d 'Also the offset at a position, such as @-1h or end-100' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from offsets" -s w -l watch -d 'Repeat until interrupted' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from offsets" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from offsets" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from offsets" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from offsets" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from offsets" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from offsets" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from offsets" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from offsets" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from offsets" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from offsets" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from offsets" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from offsets" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from offsets" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from offsets" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from offsets" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from trim" -l to -d 'The first record that stays, such as end, end-100, @-7d or 0:500' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from trim" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from trim" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from trim" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from trim" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from trim" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from trim" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from trim" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from trim" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from trim" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from trim" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from trim" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from trim" -s y -l yes -d 'Do it without asking'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from trim" -l dry-run -d 'Show what would be done, and do nothing'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from trim" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from trim" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from trim" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from trim" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from delete-records" -l to -d 'The first record that stays, such as end, end-100, @-7d or 0:500' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from delete-records" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from delete-records" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from delete-records" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from delete-records" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from delete-records" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from delete-records" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from delete-records" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from delete-records" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from delete-records" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from delete-records" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from delete-records" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from delete-records" -s y -l yes -d 'Do it without asking'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from delete-records" -l dry-run -d 'Show what would be done, and do nothing'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from delete-records" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from delete-records" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from delete-records" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand topics; and __fish_seen_subcommand_from delete-records" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and not __fish_seen_subcommand_from list ls describe create delete rm config add-partitions offsets trim delete-records" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and not __fish_seen_subcommand_from list ls describe create delete rm config add-partitions offsets trim delete-records" -f -a "list" -d 'Topics with their partition and replica counts'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and not __fish_seen_subcommand_from list ls describe create delete rm config add-partitions offsets trim delete-records" -f -a "ls" -d 'Topics with their partition and replica counts'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and not __fish_seen_subcommand_from list ls describe create delete rm config add-partitions offsets trim delete-records" -f -a "describe" -d 'Partitions, replicas and changed settings of topics'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and not __fish_seen_subcommand_from list ls describe create delete rm config add-partitions offsets trim delete-records" -f -a "create" -d 'Create topics'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and not __fish_seen_subcommand_from list ls describe create delete rm config add-partitions offsets trim delete-records" -f -a "delete" -d 'Delete topics and all their records'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and not __fish_seen_subcommand_from list ls describe create delete rm config add-partitions offsets trim delete-records" -f -a "rm" -d 'Delete topics and all their records'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and not __fish_seen_subcommand_from list ls describe create delete rm config add-partitions offsets trim delete-records" -f -a "config" -d 'Settings of a topic'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and not __fish_seen_subcommand_from list ls describe create delete rm config add-partitions offsets trim delete-records" -f -a "add-partitions" -d 'Raise a topic\'s number of partitions'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and not __fish_seen_subcommand_from list ls describe create delete rm config add-partitions offsets trim delete-records" -f -a "offsets" -d 'Offsets of each partition: the log\'s ends, or any position'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and not __fish_seen_subcommand_from list ls describe create delete rm config add-partitions offsets trim delete-records" -f -a "trim" -d 'Delete the records before a position'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and not __fish_seen_subcommand_from list ls describe create delete rm config add-partitions offsets trim delete-records" -f -a "delete-records" -d 'Delete the records before a position'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from list" -l regex -d 'Only names that match this regular expression' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from list" -s w -l watch -d 'Repeat until interrupted' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from list" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from list" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from list" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from list" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from list" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from list" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from list" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from list" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from list" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from list" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from list" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from list" -l internal -d 'Kafka\'s own topics too'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from list" -l urp -l under-replicated -d 'Only topics with a partition that has fewer in-sync replicas than replicas'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from list" -l offline -d 'Only topics with a partition that has no leader'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from list" -l under-min-isr -d 'Only topics with a partition below min.insync.replicas'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from list" -l at-min-isr -d 'Only topics with a partition at min.insync.replicas'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from list" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from ls" -l regex -d 'Only names that match this regular expression' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from ls" -s w -l watch -d 'Repeat until interrupted' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from ls" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from ls" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from ls" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from ls" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from ls" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from ls" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from ls" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from ls" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from ls" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from ls" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from ls" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from ls" -l internal -d 'Kafka\'s own topics too'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from ls" -l urp -l under-replicated -d 'Only topics with a partition that has fewer in-sync replicas than replicas'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from ls" -l offline -d 'Only topics with a partition that has no leader'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from ls" -l under-min-isr -d 'Only topics with a partition below min.insync.replicas'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from ls" -l at-min-isr -d 'Only topics with a partition at min.insync.replicas'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from ls" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from describe" -s w -l watch -d 'Repeat until interrupted' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from describe" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from describe" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from describe" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from describe" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from describe" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from describe" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from describe" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from describe" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from describe" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from describe" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from describe" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from describe" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from describe" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from describe" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from describe" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from create" -s P -l partitions -d 'Number of partitions [default: the broker\'s num.partitions]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from create" -s R -l replicas -l replication-factor -d 'Replicas of each partition [default: the broker\'s default.replication.factor]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from create" -s C -l set -d 'A topic setting, such as retention.ms=60000; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from create" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from create" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from create" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from create" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from create" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from create" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from create" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from create" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from create" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from create" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from create" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from create" -l if-not-exists -d 'Not an error when the topic exists'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from create" -l dry-run -d 'Let the cluster check it, and do nothing'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from create" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from create" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from create" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from delete" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from delete" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from delete" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from delete" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from delete" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from delete" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from delete" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from delete" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from delete" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from delete" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from delete" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from delete" -l if-exists -d 'Not an error when a topic does not exist'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from delete" -s y -l yes -d 'Do it without asking'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from delete" -l dry-run -d 'Show what would be done, and do nothing'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from delete" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from delete" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from delete" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from rm" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from rm" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from rm" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from rm" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from rm" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from rm" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from rm" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from rm" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from rm" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from rm" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from rm" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from rm" -l if-exists -d 'Not an error when a topic does not exist'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from rm" -s y -l yes -d 'Do it without asking'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from rm" -l dry-run -d 'Show what would be done, and do nothing'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from rm" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from rm" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from rm" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from config" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from config" -f -a "get" -d 'Settings with their values and sources'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from config" -f -a "set" -d 'Set topic settings; the others stay as they are'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from config" -f -a "unset" -d 'Return topic settings to their defaults'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from add-partitions" -s P -l partitions -d 'The number of partitions afterwards' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from add-partitions" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from add-partitions" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from add-partitions" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from add-partitions" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from add-partitions" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from add-partitions" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from add-partitions" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from add-partitions" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from add-partitions" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from add-partitions" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from add-partitions" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from add-partitions" -l dry-run -d 'Let the cluster check it, and do nothing'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from add-partitions" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from add-partitions" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from add-partitions" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from add-partitions" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from offsets" -l at -d 'Also the offset at a position, such as @-1h or end-100' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from offsets" -s w -l watch -d 'Repeat until interrupted' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from offsets" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from offsets" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from offsets" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from offsets" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from offsets" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from offsets" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from offsets" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from offsets" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from offsets" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from offsets" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from offsets" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from offsets" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from offsets" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from offsets" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from offsets" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from trim" -l to -d 'The first record that stays, such as end, end-100, @-7d or 0:500' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from trim" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from trim" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from trim" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from trim" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from trim" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from trim" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from trim" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from trim" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from trim" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from trim" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from trim" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from trim" -s y -l yes -d 'Do it without asking'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from trim" -l dry-run -d 'Show what would be done, and do nothing'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from trim" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from trim" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from trim" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from trim" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from delete-records" -l to -d 'The first record that stays, such as end, end-100, @-7d or 0:500' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from delete-records" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from delete-records" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from delete-records" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from delete-records" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from delete-records" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from delete-records" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from delete-records" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from delete-records" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from delete-records" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from delete-records" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from delete-records" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from delete-records" -s y -l yes -d 'Do it without asking'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from delete-records" -l dry-run -d 'Show what would be done, and do nothing'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from delete-records" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from delete-records" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from delete-records" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand t; and __fish_seen_subcommand_from delete-records" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand produce" -l input -d 'How the input becomes records' -r -f -a "lines\t'a record ends at --delim'
jsonl\t'a JSON object a line, as consume -o jsonl prints'
raw\t'a whole file is one record'"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand produce" -l delim -d 'What ends a record, for lines; \\t \\n \\0 \\xNN are read' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand produce" -l key -d 'Key of every record that brings none' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand produce" -l key-sep -d 'What stands between key and value, for lines' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand produce" -l header -d 'A header added to every record; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand produce" -s p -l partition -d 'The partition of every record [default: the input\'s, else by key]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand produce" -l acks -d 'Who must have a batch before it counts as written' -r -f -a "0\t''
1\t''
all\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand produce" -l txn -d 'Write everything in one transaction under this transactional id: all of it counts, or nothing' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand produce" -l compress -d 'Codec of the batches' -r -f -a "none\t''
gzip\t''
snappy\t''
lz4\t''
zstd\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand produce" -s n -l max -d 'Stop after N records' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand produce" -l rate -d 'At most so many records a second, or bytes with a unit as in 1MB' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand produce" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand produce" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand produce" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand produce" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand produce" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand produce" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand produce" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand produce" -l repartition -d 'Ignore partitions in the input, place by key'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand produce" -l tombstone -d 'Write one record of --key without a value, and read no input'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand produce" -l report -d 'Print where each record was written'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand produce" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand produce" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand produce" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand consume" -l from -d 'Where to start [default: start; with --group: committed]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand consume" -l to -d 'Where to stop, itself not included [default: end, as it is now]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand consume" -l tail -d 'The last N records over all partitions, in time order; with --follow: and what comes after' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand consume" -s n -l max -d 'Stop after N records' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand consume" -l exit-idle -d 'End a --follow when nothing came for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand consume" -s g -l group -d 'Start at the offsets this group committed' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand consume" -l group-protocol -d 'Who assigns partitions to the group\'s members: one of them, or the coordinator' -r -f -a "classic\t''
consumer\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand consume" -l isolation -d 'Records of open and aborted transactions too, or only of committed ones; Kafka\'s words are taken too' -r -f -a "uncommitted\t''
committed\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand consume" -s p -l partition -d 'Partitions to read, such as 0,3-5' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand consume" -l format -d 'Print each record by a template, with kcat\'s letters: %t %p %o %k %s %h %T %K %S \\n \\t; see below' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand consume" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand consume" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand consume" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand consume" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand consume" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand consume" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand consume" -s o -l output -d 'text, wide, json or jsonl' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand consume" -s f -l follow -d 'Keep reading at the end'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand consume" -l commit -d 'Read as a member of the group, and commit what was printed'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand consume" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand consume" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand consume" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand top" -s d -l interval -d 'Time between polls [default: 2s]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand top" -s n -l max -d 'End after N refreshes' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand top" -l screen -d 'The screen to start with' -r -f -a "overview\t''
brokers\t''
topics\t''
partitions\t''
groups\t''
events\t''
records\t''
disk\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand top" -s t -l topic -d 'The topic whose records the Records screen shows' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand top" -l filter -d 'Rows to show: text, !not, ~regex, lag>1000, state=empty' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand top" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand top" -l isolation -d 'Measure lag from the last record, or from the last committed one' -r -f -a "uncommitted\t''
committed\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand top" -l theme -d 'Colours; auto asks the terminal and NO_COLOR' -r -f -a "auto\t''
dark\t''
light\t''
mono\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand top" -l overrides -d 'Keys and colours to change [default: top.toml beside kafkactl.toml, if it is there]' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand top" -l record -d 'Write what is seen to a new file' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand top" -l replay -d 'Show what was recorded' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand top" -l key-as -d 'What keys are on the Records screen: auto, text, hex, short, int, long, float or double' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand top" -l value-as -d 'What values are, as --key-as' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand top" -l data-dir -d 'A local data directory whose segments the Disk screen shows' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand top" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand top" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand top" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand top" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand top" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand top" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand top" -s o -l output -d 'text, wide, json or jsonl' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand top" -l once -d 'Print one refresh, with rates, and end'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand top" -l batch -d 'Print refresh after refresh; the default when the output is no terminal'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand top" -l only-problems -d 'Rows with a problem only'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand top" -l allow-actions -d 'Let the menu (x) change the cluster: elections, resets of idle groups, aborts; not on a protected context'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand top" -l ascii -d 'No other characters than ASCII'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand top" -l no-mouse -d 'Leave the mouse to the terminal'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand top" -l demo -d 'A scripted cluster in place of a real one'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand top" -l anonymize -d 'Replace names, hosts and records, on the screen and in recordings'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand top" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand top" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand top" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand demo" -l duration -d 'End after so long [default: on a terminal when you quit, elsewhere 20s]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand demo" -l theme -d 'Colours; auto asks the terminal and NO_COLOR' -r -f -a "auto\t''
dark\t''
light\t''
mono\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand demo" -l overrides -d 'Keys and colours to change [default: top.toml beside kafkactl.toml, if it is there]' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand demo" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand demo" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand demo" -l batch -d 'Print what happens and a summary; the default when the output is no terminal'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand demo" -l ascii -d 'No other characters than ASCII'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand demo" -l no-mouse -d 'Leave the mouse to the terminal'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand demo" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand demo" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand demo" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand exporter" -l listen -d 'Address of the HTTP port: /metrics, /healthz, /readyz; port 0 takes a free one' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand exporter" -s d -l interval -d 'Time between polls of the cluster' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand exporter" -l isolation -d 'Measure lag from the last record, or from the last committed one' -r -f -a "uncommitted\t''
committed\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand exporter" -l page-bytes -d 'Largest page; topics, groups and partitions get rows as long as there is room; 65536 or more' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand exporter" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand exporter" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand exporter" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand exporter" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand exporter" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand exporter" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand exporter" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand exporter" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand exporter" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand exporter" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and not __fish_seen_subcommand_from list ls describe members lag reset clone delete rm offsets" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and not __fish_seen_subcommand_from list ls describe members lag reset clone delete rm offsets" -f -a "list" -d 'Groups with their states'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and not __fish_seen_subcommand_from list ls describe members lag reset clone delete rm offsets" -f -a "ls" -d 'Groups with their states'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and not __fish_seen_subcommand_from list ls describe members lag reset clone delete rm offsets" -f -a "describe" -d 'Members of groups and what is assigned to them'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and not __fish_seen_subcommand_from list ls describe members lag reset clone delete rm offsets" -f -a "members" -d 'The members of groups, one a row'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and not __fish_seen_subcommand_from list ls describe members lag reset clone delete rm offsets" -f -a "lag" -d 'How far commits are behind the logs\' ends, by partition, topic or group'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and not __fish_seen_subcommand_from list ls describe members lag reset clone delete rm offsets" -f -a "reset" -d 'Move a group\'s committed offsets; a preview without --yes'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and not __fish_seen_subcommand_from list ls describe members lag reset clone delete rm offsets" -f -a "clone" -d 'Commit for one group what another has committed; a preview without --yes'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and not __fish_seen_subcommand_from list ls describe members lag reset clone delete rm offsets" -f -a "delete" -d 'Delete groups and their commits'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and not __fish_seen_subcommand_from list ls describe members lag reset clone delete rm offsets" -f -a "rm" -d 'Delete groups and their commits'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and not __fish_seen_subcommand_from list ls describe members lag reset clone delete rm offsets" -f -a "offsets" -d 'Committed offsets as files'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from list" -l state -d 'Only groups in these states, such as Stable,Empty' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from list" -s w -l watch -d 'Repeat until interrupted' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from list" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from list" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from list" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from list" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from list" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from list" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from list" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from list" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from list" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from list" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from list" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from list" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from ls" -l state -d 'Only groups in these states, such as Stable,Empty' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from ls" -s w -l watch -d 'Repeat until interrupted' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from ls" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from ls" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from ls" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from ls" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from ls" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from ls" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from ls" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from ls" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from ls" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from ls" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from ls" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from ls" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from describe" -s w -l watch -d 'Repeat until interrupted' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from describe" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from describe" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from describe" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from describe" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from describe" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from describe" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from describe" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from describe" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from describe" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from describe" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from describe" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from describe" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from describe" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from describe" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from describe" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from members" -s w -l watch -d 'Repeat until interrupted' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from members" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from members" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from members" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from members" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from members" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from members" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from members" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from members" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from members" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from members" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from members" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from members" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from members" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from members" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from members" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from lag" -l by -d 'One row for each of these [default: partition; with --all: group]' -r -f -a "partition\t''
topic\t''
group\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from lag" -s t -l topic -d 'Only these topics; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from lag" -l fail-over -d 'End with code 6 when the lag of a group is over N' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from lag" -l isolation -d 'Which end counts: of the log, or of committed transactions' -r -f -a "uncommitted\t''
committed\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from lag" -s w -l watch -d 'Repeat until interrupted' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from lag" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from lag" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from lag" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from lag" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from lag" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from lag" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from lag" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from lag" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from lag" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from lag" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from lag" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from lag" -l all -d 'Every group'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from lag" -l only-lagging -d 'Only rows that lag'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from lag" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from lag" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from lag" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from lag" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from reset" -l to -d 'The new position, such as start, end, -100 or @-1h' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from reset" -s t -l topic -d 'Topics to move, with partitions as in orders:0,3-5; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from reset" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from reset" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from reset" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from reset" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from reset" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from reset" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from reset" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from reset" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from reset" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from reset" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from reset" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from reset" -l all-topics -d 'Every topic the group has committed'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from reset" -s y -l yes -d 'Do it without asking'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from reset" -l dry-run -d 'Show what would be done, and do nothing'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from reset" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from reset" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from reset" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from reset" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from clone" -s t -l topic -d 'Only these topics, with partitions as in orders:0,3-5; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from clone" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from clone" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from clone" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from clone" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from clone" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from clone" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from clone" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from clone" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from clone" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from clone" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from clone" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from clone" -s y -l yes -d 'Do it without asking'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from clone" -l dry-run -d 'Show what would be done, and do nothing'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from clone" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from clone" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from clone" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from clone" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from delete" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from delete" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from delete" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from delete" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from delete" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from delete" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from delete" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from delete" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from delete" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from delete" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from delete" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from delete" -s y -l yes -d 'Do it without asking'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from delete" -l dry-run -d 'Show what would be done, and do nothing'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from delete" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from delete" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from delete" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from rm" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from rm" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from rm" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from rm" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from rm" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from rm" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from rm" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from rm" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from rm" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from rm" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from rm" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from rm" -s y -l yes -d 'Do it without asking'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from rm" -l dry-run -d 'Show what would be done, and do nothing'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from rm" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from rm" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from rm" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from offsets" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from offsets" -f -a "export" -d 'Print committed offsets as JSON lines'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from offsets" -f -a "import" -d 'Commit the offsets of an export; a preview without --yes'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand group; and __fish_seen_subcommand_from offsets" -f -a "delete" -d 'Remove the commits of topics'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and not __fish_seen_subcommand_from list ls describe members lag reset clone delete rm offsets" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and not __fish_seen_subcommand_from list ls describe members lag reset clone delete rm offsets" -f -a "list" -d 'Groups with their states'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and not __fish_seen_subcommand_from list ls describe members lag reset clone delete rm offsets" -f -a "ls" -d 'Groups with their states'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and not __fish_seen_subcommand_from list ls describe members lag reset clone delete rm offsets" -f -a "describe" -d 'Members of groups and what is assigned to them'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and not __fish_seen_subcommand_from list ls describe members lag reset clone delete rm offsets" -f -a "members" -d 'The members of groups, one a row'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and not __fish_seen_subcommand_from list ls describe members lag reset clone delete rm offsets" -f -a "lag" -d 'How far commits are behind the logs\' ends, by partition, topic or group'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and not __fish_seen_subcommand_from list ls describe members lag reset clone delete rm offsets" -f -a "reset" -d 'Move a group\'s committed offsets; a preview without --yes'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and not __fish_seen_subcommand_from list ls describe members lag reset clone delete rm offsets" -f -a "clone" -d 'Commit for one group what another has committed; a preview without --yes'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and not __fish_seen_subcommand_from list ls describe members lag reset clone delete rm offsets" -f -a "delete" -d 'Delete groups and their commits'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and not __fish_seen_subcommand_from list ls describe members lag reset clone delete rm offsets" -f -a "rm" -d 'Delete groups and their commits'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and not __fish_seen_subcommand_from list ls describe members lag reset clone delete rm offsets" -f -a "offsets" -d 'Committed offsets as files'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from list" -l state -d 'Only groups in these states, such as Stable,Empty' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from list" -s w -l watch -d 'Repeat until interrupted' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from list" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from list" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from list" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from list" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from list" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from list" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from list" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from list" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from list" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from list" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from list" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from list" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from ls" -l state -d 'Only groups in these states, such as Stable,Empty' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from ls" -s w -l watch -d 'Repeat until interrupted' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from ls" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from ls" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from ls" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from ls" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from ls" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from ls" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from ls" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from ls" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from ls" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from ls" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from ls" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from ls" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from describe" -s w -l watch -d 'Repeat until interrupted' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from describe" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from describe" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from describe" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from describe" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from describe" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from describe" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from describe" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from describe" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from describe" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from describe" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from describe" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from describe" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from describe" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from describe" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from describe" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from members" -s w -l watch -d 'Repeat until interrupted' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from members" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from members" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from members" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from members" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from members" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from members" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from members" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from members" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from members" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from members" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from members" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from members" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from members" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from members" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from members" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from lag" -l by -d 'One row for each of these [default: partition; with --all: group]' -r -f -a "partition\t''
topic\t''
group\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from lag" -s t -l topic -d 'Only these topics; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from lag" -l fail-over -d 'End with code 6 when the lag of a group is over N' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from lag" -l isolation -d 'Which end counts: of the log, or of committed transactions' -r -f -a "uncommitted\t''
committed\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from lag" -s w -l watch -d 'Repeat until interrupted' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from lag" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from lag" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from lag" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from lag" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from lag" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from lag" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from lag" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from lag" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from lag" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from lag" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from lag" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from lag" -l all -d 'Every group'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from lag" -l only-lagging -d 'Only rows that lag'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from lag" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from lag" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from lag" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from lag" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from reset" -l to -d 'The new position, such as start, end, -100 or @-1h' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from reset" -s t -l topic -d 'Topics to move, with partitions as in orders:0,3-5; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from reset" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from reset" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from reset" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from reset" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from reset" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from reset" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from reset" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from reset" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from reset" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from reset" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from reset" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from reset" -l all-topics -d 'Every topic the group has committed'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from reset" -s y -l yes -d 'Do it without asking'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from reset" -l dry-run -d 'Show what would be done, and do nothing'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from reset" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from reset" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from reset" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from reset" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from clone" -s t -l topic -d 'Only these topics, with partitions as in orders:0,3-5; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from clone" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from clone" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from clone" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from clone" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from clone" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from clone" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from clone" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from clone" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from clone" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from clone" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from clone" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from clone" -s y -l yes -d 'Do it without asking'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from clone" -l dry-run -d 'Show what would be done, and do nothing'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from clone" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from clone" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from clone" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from clone" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from delete" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from delete" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from delete" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from delete" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from delete" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from delete" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from delete" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from delete" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from delete" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from delete" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from delete" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from delete" -s y -l yes -d 'Do it without asking'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from delete" -l dry-run -d 'Show what would be done, and do nothing'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from delete" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from delete" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from delete" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from rm" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from rm" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from rm" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from rm" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from rm" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from rm" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from rm" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from rm" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from rm" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from rm" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from rm" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from rm" -s y -l yes -d 'Do it without asking'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from rm" -l dry-run -d 'Show what would be done, and do nothing'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from rm" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from rm" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from rm" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from offsets" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from offsets" -f -a "export" -d 'Print committed offsets as JSON lines'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from offsets" -f -a "import" -d 'Commit the offsets of an export; a preview without --yes'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand groups; and __fish_seen_subcommand_from offsets" -f -a "delete" -d 'Remove the commits of topics'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and not __fish_seen_subcommand_from list ls describe members lag reset clone delete rm offsets" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and not __fish_seen_subcommand_from list ls describe members lag reset clone delete rm offsets" -f -a "list" -d 'Groups with their states'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and not __fish_seen_subcommand_from list ls describe members lag reset clone delete rm offsets" -f -a "ls" -d 'Groups with their states'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and not __fish_seen_subcommand_from list ls describe members lag reset clone delete rm offsets" -f -a "describe" -d 'Members of groups and what is assigned to them'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and not __fish_seen_subcommand_from list ls describe members lag reset clone delete rm offsets" -f -a "members" -d 'The members of groups, one a row'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and not __fish_seen_subcommand_from list ls describe members lag reset clone delete rm offsets" -f -a "lag" -d 'How far commits are behind the logs\' ends, by partition, topic or group'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and not __fish_seen_subcommand_from list ls describe members lag reset clone delete rm offsets" -f -a "reset" -d 'Move a group\'s committed offsets; a preview without --yes'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and not __fish_seen_subcommand_from list ls describe members lag reset clone delete rm offsets" -f -a "clone" -d 'Commit for one group what another has committed; a preview without --yes'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and not __fish_seen_subcommand_from list ls describe members lag reset clone delete rm offsets" -f -a "delete" -d 'Delete groups and their commits'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and not __fish_seen_subcommand_from list ls describe members lag reset clone delete rm offsets" -f -a "rm" -d 'Delete groups and their commits'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and not __fish_seen_subcommand_from list ls describe members lag reset clone delete rm offsets" -f -a "offsets" -d 'Committed offsets as files'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from list" -l state -d 'Only groups in these states, such as Stable,Empty' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from list" -s w -l watch -d 'Repeat until interrupted' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from list" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from list" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from list" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from list" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from list" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from list" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from list" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from list" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from list" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from list" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from list" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from list" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from ls" -l state -d 'Only groups in these states, such as Stable,Empty' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from ls" -s w -l watch -d 'Repeat until interrupted' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from ls" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from ls" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from ls" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from ls" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from ls" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from ls" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from ls" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from ls" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from ls" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from ls" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from ls" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from ls" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from describe" -s w -l watch -d 'Repeat until interrupted' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from describe" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from describe" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from describe" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from describe" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from describe" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from describe" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from describe" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from describe" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from describe" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from describe" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from describe" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from describe" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from describe" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from describe" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from describe" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from members" -s w -l watch -d 'Repeat until interrupted' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from members" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from members" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from members" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from members" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from members" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from members" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from members" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from members" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from members" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from members" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from members" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from members" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from members" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from members" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from members" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from lag" -l by -d 'One row for each of these [default: partition; with --all: group]' -r -f -a "partition\t''
topic\t''
group\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from lag" -s t -l topic -d 'Only these topics; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from lag" -l fail-over -d 'End with code 6 when the lag of a group is over N' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from lag" -l isolation -d 'Which end counts: of the log, or of committed transactions' -r -f -a "uncommitted\t''
committed\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from lag" -s w -l watch -d 'Repeat until interrupted' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from lag" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from lag" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from lag" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from lag" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from lag" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from lag" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from lag" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from lag" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from lag" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from lag" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from lag" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from lag" -l all -d 'Every group'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from lag" -l only-lagging -d 'Only rows that lag'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from lag" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from lag" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from lag" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from lag" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from reset" -l to -d 'The new position, such as start, end, -100 or @-1h' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from reset" -s t -l topic -d 'Topics to move, with partitions as in orders:0,3-5; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from reset" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from reset" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from reset" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from reset" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from reset" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from reset" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from reset" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from reset" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from reset" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from reset" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from reset" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from reset" -l all-topics -d 'Every topic the group has committed'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from reset" -s y -l yes -d 'Do it without asking'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from reset" -l dry-run -d 'Show what would be done, and do nothing'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from reset" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from reset" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from reset" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from reset" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from clone" -s t -l topic -d 'Only these topics, with partitions as in orders:0,3-5; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from clone" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from clone" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from clone" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from clone" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from clone" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from clone" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from clone" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from clone" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from clone" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from clone" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from clone" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from clone" -s y -l yes -d 'Do it without asking'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from clone" -l dry-run -d 'Show what would be done, and do nothing'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from clone" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from clone" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from clone" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from clone" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from delete" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from delete" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from delete" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from delete" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from delete" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from delete" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from delete" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from delete" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from delete" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from delete" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from delete" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from delete" -s y -l yes -d 'Do it without asking'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from delete" -l dry-run -d 'Show what would be done, and do nothing'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from delete" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from delete" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from delete" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from rm" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from rm" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from rm" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from rm" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from rm" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from rm" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from rm" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from rm" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from rm" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from rm" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from rm" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from rm" -s y -l yes -d 'Do it without asking'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from rm" -l dry-run -d 'Show what would be done, and do nothing'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from rm" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from rm" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from rm" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from offsets" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from offsets" -f -a "export" -d 'Print committed offsets as JSON lines'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from offsets" -f -a "import" -d 'Commit the offsets of an export; a preview without --yes'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand g; and __fish_seen_subcommand_from offsets" -f -a "delete" -d 'Remove the commits of topics'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and not __fish_seen_subcommand_from list ls describe producers find-hanging abort" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and not __fish_seen_subcommand_from list ls describe producers find-hanging abort" -f -a "list" -d 'Transactional ids with their states'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and not __fish_seen_subcommand_from list ls describe producers find-hanging abort" -f -a "ls" -d 'Transactional ids with their states'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and not __fish_seen_subcommand_from list ls describe producers find-hanging abort" -f -a "describe" -d 'Producer, age and partitions of transactional ids'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and not __fish_seen_subcommand_from list ls describe producers find-hanging abort" -f -a "producers" -d 'Producers that partitions remember, with their open transactions'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and not __fish_seen_subcommand_from list ls describe producers find-hanging abort" -f -a "find-hanging" -d 'Open transactions that no coordinator will end; readers of committed records wait for them for ever'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and not __fish_seen_subcommand_from list ls describe producers find-hanging abort" -f -a "abort" -d 'End a hanging transaction in one partition'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from list" -l state -d 'Only ids in these states, such as Ongoing,PrepareCommit' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from list" -s w -l watch -d 'Repeat until interrupted' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from list" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from list" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from list" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from list" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from list" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from list" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from list" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from list" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from list" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from list" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from list" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from list" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from ls" -l state -d 'Only ids in these states, such as Ongoing,PrepareCommit' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from ls" -s w -l watch -d 'Repeat until interrupted' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from ls" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from ls" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from ls" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from ls" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from ls" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from ls" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from ls" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from ls" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from ls" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from ls" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from ls" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from ls" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from describe" -s w -l watch -d 'Repeat until interrupted' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from describe" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from describe" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from describe" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from describe" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from describe" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from describe" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from describe" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from describe" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from describe" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from describe" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from describe" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from describe" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from describe" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from describe" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from describe" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from producers" -s p -l partition -d 'Only these partitions, such as 0,3-5' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from producers" -s w -l watch -d 'Repeat until interrupted' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from producers" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from producers" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from producers" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from producers" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from producers" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from producers" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from producers" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from producers" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from producers" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from producers" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from producers" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from producers" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from producers" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from producers" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from producers" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from find-hanging" -l older-than -d 'Only transactions that wrote nothing for so long; coordinators end their own after transaction.max.timeout.ms' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from find-hanging" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from find-hanging" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from find-hanging" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from find-hanging" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from find-hanging" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from find-hanging" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from find-hanging" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from find-hanging" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from find-hanging" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from find-hanging" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from find-hanging" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from find-hanging" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from find-hanging" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from find-hanging" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from find-hanging" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from abort" -s p -l partition -d 'The partition' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from abort" -l start-offset -d 'Where the transaction begins, as `txn find-hanging` and `txn producers` tell' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from abort" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from abort" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from abort" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from abort" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from abort" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from abort" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from abort" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from abort" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from abort" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from abort" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from abort" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from abort" -l force -d 'Abort it even if a coordinator knows it and is going to end it'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from abort" -s y -l yes -d 'Do it without asking'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from abort" -l dry-run -d 'Show what would be done, and do nothing'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from abort" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from abort" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from abort" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand txn; and __fish_seen_subcommand_from abort" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand cluster; and not __fish_seen_subcommand_from info config" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand cluster; and not __fish_seen_subcommand_from info config" -f -a "info" -d 'Id, controller and brokers'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand cluster; and not __fish_seen_subcommand_from info config" -f -a "config" -d 'Settings of all brokers that have none of their own'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand cluster; and __fish_seen_subcommand_from info" -s w -l watch -d 'Repeat until interrupted' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand cluster; and __fish_seen_subcommand_from info" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand cluster; and __fish_seen_subcommand_from info" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand cluster; and __fish_seen_subcommand_from info" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand cluster; and __fish_seen_subcommand_from info" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand cluster; and __fish_seen_subcommand_from info" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas [default: 127.0.0.1:9092]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand cluster; and __fish_seen_subcommand_from info" -s c -l context -d 'Named context of kafkactl.toml' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand cluster; and __fish_seen_subcommand_from info" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand cluster; and __fish_seen_subcommand_from info" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand cluster; and __fish_seen_subcommand_from info" -l timeout -d 'Give up when the command takes longer; a streaming command: when nothing answers for so long' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand cluster; and __fish_seen_subcommand_from info" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand cluster; and __fish_seen_subcommand_from info" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand cluster; and __fish_seen_subcommand_from info" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand cluster; and __fish_seen_subcommand_from info" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand cluster; and __fish_seen_subcommand_from info" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand cluster; and __fish_seen_subcommand_from info" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand cluster; and __fish_seen_subcommand_from config" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand cluster; and __fish_seen_subcommand_from config" -f -a "get" -d 'Settings with their values and sources'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand cluster; and __fish_seen_subcommand_from config" -f -a "set" -d 'Set settings of all brokers; the others stay as they are'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand cluster; and __fish_seen_subcommand_from config" -f -a "unset" -d 'Return settings of all brokers to their defaults'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and not __fish_seen_subcommand_from format info random-uuid" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and not __fish_seen_subcommand_from format info random-uuid" -f -a "format" -d 'Format data directories ahead of the first start; broker start does it by itself'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and not __fish_seen_subcommand_from format info random-uuid" -f -a "info" -d 'What data directories hold: cluster, node and directory ids'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and not __fish_seen_subcommand_from format info random-uuid" -f -a "random-uuid" -d 'Draw a cluster id'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and __fish_seen_subcommand_from format" -l config -d 'Apache Kafka\'s server.properties, for log.dirs, node.id and the controllers' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and __fish_seen_subcommand_from format" -l data-dir -d 'The data directory; wins over log.dirs' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and __fish_seen_subcommand_from format" -l node-id -d 'The node\'s number; wins over node.id [default: 1 without --config]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and __fish_seen_subcommand_from format" -l set -d 'A broker setting, wins over the file; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and __fish_seen_subcommand_from format" -l cluster-id -d 'Id of the cluster, 22 characters: see random-uuid [default: drawn]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and __fish_seen_subcommand_from format" -l release-version -d 'Metadata version to start with, such as 4.3 [default: the newest]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and __fish_seen_subcommand_from format" -l feature -d 'A feature\'s level, such as group.version=1; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and __fish_seen_subcommand_from format" -l initial-controllers -d 'The first voters, as id@host:port:directory-id with commas' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and __fish_seen_subcommand_from format" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and __fish_seen_subcommand_from format" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and __fish_seen_subcommand_from format" -l standalone -d 'This node is the only voter of the controller quorum; the default without controller.quorum.voters'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and __fish_seen_subcommand_from format" -l no-initial-controllers -d 'No voters yet: this node joins a quorum later'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and __fish_seen_subcommand_from format" -l ignore-formatted -d 'Leave formatted directories as they are'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and __fish_seen_subcommand_from format" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and __fish_seen_subcommand_from format" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and __fish_seen_subcommand_from format" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and __fish_seen_subcommand_from info" -l config -d 'Apache Kafka\'s server.properties, for log.dirs, node.id and the controllers' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and __fish_seen_subcommand_from info" -l data-dir -d 'The data directory; wins over log.dirs' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and __fish_seen_subcommand_from info" -l node-id -d 'The node\'s number; wins over node.id [default: 1 without --config]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and __fish_seen_subcommand_from info" -l set -d 'A broker setting, wins over the file; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and __fish_seen_subcommand_from info" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and __fish_seen_subcommand_from info" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and __fish_seen_subcommand_from info" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and __fish_seen_subcommand_from info" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and __fish_seen_subcommand_from info" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and __fish_seen_subcommand_from info" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and __fish_seen_subcommand_from info" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and __fish_seen_subcommand_from info" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and __fish_seen_subcommand_from info" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and __fish_seen_subcommand_from info" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and __fish_seen_subcommand_from random-uuid" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and __fish_seen_subcommand_from random-uuid" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and __fish_seen_subcommand_from random-uuid" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and __fish_seen_subcommand_from random-uuid" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand storage; and __fish_seen_subcommand_from random-uuid" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and not __fish_seen_subcommand_from dump verify stats list ls index find" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and not __fish_seen_subcommand_from dump verify stats list ls index find" -f -a "dump" -d 'Print the batches and records of logs, or the entries of other files'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and not __fish_seen_subcommand_from dump verify stats list ls index find" -f -a "verify" -d 'Check checksums, offsets, indexes, time order and epochs; exit code 6 on any finding'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and not __fish_seen_subcommand_from dump verify stats list ls index find" -f -a "stats" -d 'Count batches, records, keys, codecs and producers'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and not __fish_seen_subcommand_from dump verify stats list ls index find" -f -a "list" -d 'Segments with their offsets, sizes and times'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and not __fish_seen_subcommand_from dump verify stats list ls index find" -f -a "ls" -d 'Segments with their offsets, sizes and times'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and not __fish_seen_subcommand_from dump verify stats list ls index find" -f -a "index" -d 'Entries of offset, time and transaction indexes'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and not __fish_seen_subcommand_from dump verify stats list ls index find" -f -a "find" -d 'Find records by offset, time or key'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from dump" -l data-dir -d 'The data directory that partitions are named in' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from dump" -l from -d 'Where to start: start, start+N, end-N, an offset, @TIME or @-1h' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from dump" -l to -d 'Where to stop; what is there is not printed' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from dump" -l decode -d 'What keys and values mean: text, offsets, txn, metadata, share or remote [default: by the topic\'s name]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from dump" -s n -l max -l limit -d 'Stop after so many records; with --headers-only after so many batches, of other files after so many entries' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from dump" -l format -d 'Print exactly what kafka-dump-log prints' -r -f -a "kafka\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from dump" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from dump" -s o -l output -d 'text, wide, json, jsonl or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from dump" -l records -d 'Records alone, without lines for their batches'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from dump" -l headers-only -d 'Batches alone, without their records'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from dump" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from dump" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from dump" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from verify" -l data-dir -d 'The data directory that partitions are named in' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from verify" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from verify" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from verify" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from verify" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from verify" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from verify" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from verify" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from verify" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from stats" -l data-dir -d 'The data directory that partitions are named in' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from stats" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from stats" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from stats" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from stats" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from stats" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from stats" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from stats" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from stats" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from stats" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from stats" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from list" -l data-dir -d 'The data directory that partitions are named in' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from list" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from list" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from list" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from list" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from list" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from list" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from list" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from ls" -l data-dir -d 'The data directory that partitions are named in' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from ls" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from ls" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from ls" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from ls" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from ls" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from ls" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from ls" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from index" -l data-dir -d 'The data directory that partitions are named in' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from index" -l kind -d 'Only indexes of this kind' -r -f -a "offset\t''
time\t''
txn\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from index" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from index" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from index" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from index" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from index" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from index" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from index" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from index" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from index" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from index" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from find" -l data-dir -d 'The data directory that partitions are named in' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from find" -l offset -d 'The record at this offset, or the first one after it' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from find" -l time -d 'The first record at or after a time: 2026-01-15T10:00Z, -1h or milliseconds since 1970' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from find" -l key -d 'All records with this key; \\xFF, \\n and the like stand for bytes' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from find" -s n -l max -l limit -d 'Stop after so many records of a partition' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from find" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from find" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from find" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from find" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from find" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from find" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from find" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from find" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from find" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segment; and __fish_seen_subcommand_from find" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and not __fish_seen_subcommand_from dump verify stats list ls index find" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and not __fish_seen_subcommand_from dump verify stats list ls index find" -f -a "dump" -d 'Print the batches and records of logs, or the entries of other files'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and not __fish_seen_subcommand_from dump verify stats list ls index find" -f -a "verify" -d 'Check checksums, offsets, indexes, time order and epochs; exit code 6 on any finding'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and not __fish_seen_subcommand_from dump verify stats list ls index find" -f -a "stats" -d 'Count batches, records, keys, codecs and producers'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and not __fish_seen_subcommand_from dump verify stats list ls index find" -f -a "list" -d 'Segments with their offsets, sizes and times'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and not __fish_seen_subcommand_from dump verify stats list ls index find" -f -a "ls" -d 'Segments with their offsets, sizes and times'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and not __fish_seen_subcommand_from dump verify stats list ls index find" -f -a "index" -d 'Entries of offset, time and transaction indexes'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and not __fish_seen_subcommand_from dump verify stats list ls index find" -f -a "find" -d 'Find records by offset, time or key'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from dump" -l data-dir -d 'The data directory that partitions are named in' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from dump" -l from -d 'Where to start: start, start+N, end-N, an offset, @TIME or @-1h' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from dump" -l to -d 'Where to stop; what is there is not printed' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from dump" -l decode -d 'What keys and values mean: text, offsets, txn, metadata, share or remote [default: by the topic\'s name]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from dump" -s n -l max -l limit -d 'Stop after so many records; with --headers-only after so many batches, of other files after so many entries' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from dump" -l format -d 'Print exactly what kafka-dump-log prints' -r -f -a "kafka\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from dump" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from dump" -s o -l output -d 'text, wide, json, jsonl or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from dump" -l records -d 'Records alone, without lines for their batches'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from dump" -l headers-only -d 'Batches alone, without their records'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from dump" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from dump" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from dump" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from verify" -l data-dir -d 'The data directory that partitions are named in' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from verify" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from verify" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from verify" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from verify" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from verify" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from verify" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from verify" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from verify" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from stats" -l data-dir -d 'The data directory that partitions are named in' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from stats" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from stats" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from stats" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from stats" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from stats" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from stats" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from stats" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from stats" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from stats" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from stats" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from list" -l data-dir -d 'The data directory that partitions are named in' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from list" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from list" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from list" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from list" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from list" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from list" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from list" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from ls" -l data-dir -d 'The data directory that partitions are named in' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from ls" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from ls" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from ls" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from ls" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from ls" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from ls" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from ls" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from index" -l data-dir -d 'The data directory that partitions are named in' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from index" -l kind -d 'Only indexes of this kind' -r -f -a "offset\t''
time\t''
txn\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from index" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from index" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from index" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from index" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from index" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from index" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from index" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from index" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from index" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from index" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from find" -l data-dir -d 'The data directory that partitions are named in' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from find" -l offset -d 'The record at this offset, or the first one after it' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from find" -l time -d 'The first record at or after a time: 2026-01-15T10:00Z, -1h or milliseconds since 1970' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from find" -l key -d 'All records with this key; \\xFF, \\n and the like stand for bytes' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from find" -s n -l max -l limit -d 'Stop after so many records of a partition' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from find" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from find" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from find" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from find" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from find" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from find" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from find" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from find" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from find" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand segments; and __fish_seen_subcommand_from find" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and not __fish_seen_subcommand_from dump verify stats list ls index find" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and not __fish_seen_subcommand_from dump verify stats list ls index find" -f -a "dump" -d 'Print the batches and records of logs, or the entries of other files'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and not __fish_seen_subcommand_from dump verify stats list ls index find" -f -a "verify" -d 'Check checksums, offsets, indexes, time order and epochs; exit code 6 on any finding'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and not __fish_seen_subcommand_from dump verify stats list ls index find" -f -a "stats" -d 'Count batches, records, keys, codecs and producers'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and not __fish_seen_subcommand_from dump verify stats list ls index find" -f -a "list" -d 'Segments with their offsets, sizes and times'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and not __fish_seen_subcommand_from dump verify stats list ls index find" -f -a "ls" -d 'Segments with their offsets, sizes and times'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and not __fish_seen_subcommand_from dump verify stats list ls index find" -f -a "index" -d 'Entries of offset, time and transaction indexes'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and not __fish_seen_subcommand_from dump verify stats list ls index find" -f -a "find" -d 'Find records by offset, time or key'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from dump" -l data-dir -d 'The data directory that partitions are named in' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from dump" -l from -d 'Where to start: start, start+N, end-N, an offset, @TIME or @-1h' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from dump" -l to -d 'Where to stop; what is there is not printed' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from dump" -l decode -d 'What keys and values mean: text, offsets, txn, metadata, share or remote [default: by the topic\'s name]' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from dump" -s n -l max -l limit -d 'Stop after so many records; with --headers-only after so many batches, of other files after so many entries' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from dump" -l format -d 'Print exactly what kafka-dump-log prints' -r -f -a "kafka\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from dump" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from dump" -s o -l output -d 'text, wide, json, jsonl or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from dump" -l records -d 'Records alone, without lines for their batches'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from dump" -l headers-only -d 'Batches alone, without their records'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from dump" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from dump" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from dump" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from verify" -l data-dir -d 'The data directory that partitions are named in' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from verify" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from verify" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from verify" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from verify" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from verify" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from verify" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from verify" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from verify" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from stats" -l data-dir -d 'The data directory that partitions are named in' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from stats" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from stats" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from stats" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from stats" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from stats" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from stats" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from stats" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from stats" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from stats" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from stats" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from list" -l data-dir -d 'The data directory that partitions are named in' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from list" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from list" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from list" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from list" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from list" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from list" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from list" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from ls" -l data-dir -d 'The data directory that partitions are named in' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from ls" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from ls" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from ls" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from ls" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from ls" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from ls" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from ls" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from index" -l data-dir -d 'The data directory that partitions are named in' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from index" -l kind -d 'Only indexes of this kind' -r -f -a "offset\t''
time\t''
txn\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from index" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from index" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from index" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from index" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from index" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from index" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from index" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from index" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from index" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from index" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from find" -l data-dir -d 'The data directory that partitions are named in' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from find" -l offset -d 'The record at this offset, or the first one after it' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from find" -l time -d 'The first record at or after a time: 2026-01-15T10:00Z, -1h or milliseconds since 1970' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from find" -l key -d 'All records with this key; \\xFF, \\n and the like stand for bytes' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from find" -s n -l max -l limit -d 'Stop after so many records of a partition' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from find" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from find" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from find" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from find" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from find" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from find" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from find" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from find" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from find" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand seg; and __fish_seen_subcommand_from find" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and not __fish_seen_subcommand_from list ls use current show add remove rm" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and not __fish_seen_subcommand_from list ls use current show add remove rm" -f -a "list" -d 'The contexts of the user\'s and the project\'s file'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and not __fish_seen_subcommand_from list ls use current show add remove rm" -f -a "ls" -d 'The contexts of the user\'s and the project\'s file'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and not __fish_seen_subcommand_from list ls use current show add remove rm" -f -a "use" -d 'Make a context the current one'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and not __fish_seen_subcommand_from list ls use current show add remove rm" -f -a "current" -d 'The name of the current context'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and not __fish_seen_subcommand_from list ls use current show add remove rm" -f -a "show" -d 'The settings that a context comes to, each with its source'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and not __fish_seen_subcommand_from list ls use current show add remove rm" -f -a "add" -d 'Write a context to the user\'s file'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and not __fish_seen_subcommand_from list ls use current show add remove rm" -f -a "remove" -d 'Take a context out of the user\'s file'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and not __fish_seen_subcommand_from list ls use current show add remove rm" -f -a "rm" -d 'Take a context out of the user\'s file'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from list" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from list" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from list" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from list" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from list" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from list" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from list" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from list" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from ls" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from ls" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from ls" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from ls" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from ls" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from ls" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from ls" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from ls" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from use" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from use" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from use" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from use" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from use" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from use" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from current" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from current" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from current" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from current" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from current" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from current" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from show" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from show" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from show" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from show" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from show" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from show" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from show" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from show" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from add" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from add" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from add" -l protect -d 'Guard against changes: none; confirm asks for typed names; readonly refuses' -r -f -a "none\t'As on any cluster: what destroys asks, or wants --yes'
confirm\t'What destroys wants the name typed, even with --yes'
readonly\t'What changes anything is refused'"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from add" -l name-color -d 'Colour of its name in `top`' -r -f -a "red\t''
yellow\t''
green\t''
blue\t''
magenta\t''
cyan\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from add" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from add" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from add" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from add" -l replace -d 'Replace a context of the same name'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from add" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from remove" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from remove" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from remove" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from remove" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from rm" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from rm" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from rm" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from rm" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from rm" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand context; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and not __fish_seen_subcommand_from list ls use current show add remove rm" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and not __fish_seen_subcommand_from list ls use current show add remove rm" -f -a "list" -d 'The contexts of the user\'s and the project\'s file'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and not __fish_seen_subcommand_from list ls use current show add remove rm" -f -a "ls" -d 'The contexts of the user\'s and the project\'s file'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and not __fish_seen_subcommand_from list ls use current show add remove rm" -f -a "use" -d 'Make a context the current one'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and not __fish_seen_subcommand_from list ls use current show add remove rm" -f -a "current" -d 'The name of the current context'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and not __fish_seen_subcommand_from list ls use current show add remove rm" -f -a "show" -d 'The settings that a context comes to, each with its source'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and not __fish_seen_subcommand_from list ls use current show add remove rm" -f -a "add" -d 'Write a context to the user\'s file'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and not __fish_seen_subcommand_from list ls use current show add remove rm" -f -a "remove" -d 'Take a context out of the user\'s file'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and not __fish_seen_subcommand_from list ls use current show add remove rm" -f -a "rm" -d 'Take a context out of the user\'s file'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from list" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from list" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from list" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from list" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from list" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from list" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from list" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from list" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from ls" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from ls" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from ls" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from ls" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from ls" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from ls" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from ls" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from ls" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from use" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from use" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from use" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from use" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from use" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from use" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from current" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from current" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from current" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from current" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from current" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from current" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from show" -l columns -d 'Columns to show, in this order' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from show" -l sort -d 'Order by a column; NAME:desc for the largest first' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from show" -l filter -d 'Rows to show: TEXT, ~REGEX, or NAME with = != > >= < <= ~ and a value; ! before it negates; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from show" -l units -d 'Sizes in units or as plain bytes [default: human on a terminal, else raw]' -r -f -a "human\t''
raw\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from show" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from show" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from show" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from show" -l no-headers -d 'No header line'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from add" -s b -l bootstrap -d 'Brokers to ask first, as host:port with commas' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from add" -s X -d 'A client property, such as client.id=me; may repeat' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from add" -l protect -d 'Guard against changes: none; confirm asks for typed names; readonly refuses' -r -f -a "none\t'As on any cluster: what destroys asks, or wants --yes'
confirm\t'What destroys wants the name typed, even with --yes'
readonly\t'What changes anything is refused'"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from add" -l name-color -d 'Colour of its name in `top`' -r -f -a "red\t''
yellow\t''
green\t''
blue\t''
magenta\t''
cyan\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from add" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from add" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from add" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from add" -l replace -d 'Replace a context of the same name'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from add" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from remove" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from remove" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from remove" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from remove" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from rm" -l config -d 'Context file to use in place of the user\'s' -r -F
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from rm" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from rm" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from rm" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from rm" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand ctx; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand completion" -s h -l help -d 'Print help'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand version" -s o -l output -d 'text, wide, json, jsonl, yaml, csv, name or tmpl=TEMPLATE' -r
complete -c kafkactl -n "__fish_kafkactl_using_subcommand version" -l color -d 'Colours: auto is a terminal without NO_COLOR' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kafkactl -n "__fish_kafkactl_using_subcommand version" -s q -l quiet -d 'Say less on standard error'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand version" -s v -l verbose -d 'Say more on standard error; twice for every request'
complete -c kafkactl -n "__fish_kafkactl_using_subcommand version" -s h -l help -d 'Print help'
