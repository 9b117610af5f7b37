{{- define "jangteo.fullname" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name }}{{ else }}{{ .Release.Name }}-{{ .Chart.Name }}{{ end }}
{{- end }}

{{/* Of everything the release has. */}}
{{- define "jangteo.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "jangteo.labels" -}}
{{ include "jangteo.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{/* The image, or that of one host: takes a dict of root and image. */}}
{{- define "jangteo.image" -}}
{{- $image := mergeOverwrite (deepCopy .root.Values.image) (default dict .image) -}}
{{- if and .image .image.tag (not .image.digest) }}{{ $_ := set $image "digest" "" }}{{ end -}}
{{- if $image.digest }}{{ $image.repository }}@{{ $image.digest }}{{ else }}{{ $image.repository }}:{{ default .root.Chart.AppVersion $image.tag }}{{ end -}}
{{- end }}

{{/* The placement as hosts read it: the value `hosts`, each with its address. */}}
{{- define "jangteo.placement" -}}
{{- $full := include "jangteo.fullname" . -}}
{{- $hosts := list -}}
{{- range .Values.hosts -}}
{{- $hosts = append $hosts (merge (deepCopy .) (dict "address" (printf "%s-%s" $full .name))) -}}
{{- end -}}
{{- dict "hosts" $hosts | toPrettyJson -}}
{{- end }}

{{/* Whether a host runs a service, by its name or by "*": takes a dict of root, host and service. */}}
{{- define "jangteo.runs" -}}
{{- $service := .service -}}
{{- $named := false -}}
{{- range .root.Values.hosts }}{{ if has $service .runs }}{{ $named = true }}{{ end }}{{ end -}}
{{- if or (has $service .host.runs) (and (has "*" .host.runs) (not $named)) }}yes{{ end -}}
{{- end }}

{{/* Whether a host runs services, and so needs the database. */}}
{{- define "jangteo.runsServices" -}}
{{- if without .runs "gateway" "pages" }}yes{{ end -}}
{{- end }}

{{/* Environment of a process: takes a dict of root and database (whether it may reach it). */}}
{{- define "jangteo.env" -}}
- { name: JANGTEO_ENV, value: production }
{{- range $name, $value := .root.Values.settings }}
- { name: {{ $name }}, value: {{ $value | toString | quote }} }
{{- end }}
{{- $secret := .root.Values.secret.name }}
{{- range .root.Values.secret.keys }}
- name: {{ . }}
  valueFrom: { secretKeyRef: { name: {{ $secret }}, key: {{ . }} } }
{{- end }}
{{- range .root.Values.secret.optionalKeys }}
- name: {{ . }}
  valueFrom: { secretKeyRef: { name: {{ $secret }}, key: {{ . }}, optional: true } }
{{- end }}
{{- if .database }}
- name: DATABASE_URL
  valueFrom: { secretKeyRef: { name: {{ $secret }}, key: {{ .root.Values.secret.databaseKey }} } }
{{- range .root.Values.secret.ownDatabases }}
- name: DATABASE_URL_{{ . | upper }}
  valueFrom: { secretKeyRef: { name: {{ $secret }}, key: DATABASE_URL_{{ . | upper }} } }
{{- end }}
{{- end }}
{{- end }}

{{/* Files by which brokers and hosts know each other: by setting, the key of the Secret and the name of the file. */}}
{{- define "jangteo.kafkaFiles" -}}
{{- $kafka := .Values.engines.kafka -}}
{{- with $kafka.caKey }}
KAFKA_CA: { key: {{ . }}, path: ca.pem }
{{- end }}
{{- with $kafka.tlsKeyKey }}
KAFKA_TLS_KEY: { key: {{ . }}, path: key.pem }
{{- end }}
{{- with $kafka.tlsCertKey }}
KAFKA_TLS_CERT: { key: {{ . }}, path: cert.pem }
{{- end }}
{{- end }}

{{/* Engines of a process that runs hosts: takes a dict of root and host. Those it has no use for it is not told of. */}}
{{- define "jangteo.engines" -}}
{{- $engines := .root.Values.engines -}}
{{- $secret := .root.Values.secret.name -}}
{{- with $engines.redis.key }}
- name: REDIS_URL
  valueFrom: { secretKeyRef: { name: {{ $secret }}, key: {{ . }} } }
{{- end }}
{{- if and $engines.kafka.brokers (include "jangteo.runsServices" .host) }}
- { name: KAFKA_BROKERS, value: {{ $engines.kafka.brokers | quote }} }
- { name: KAFKA_PREFIX, value: {{ $engines.kafka.prefix | quote }} }
- { name: KAFKA_PARTITIONS, value: {{ $engines.kafka.partitions | toString | quote }} }
- { name: KAFKA_REPLICAS, value: {{ $engines.kafka.replicas | toString | quote }} }
{{- if $engines.kafka.tls }}
- { name: KAFKA_TLS, value: "on" }
{{- range $name, $given := include "jangteo.kafkaFiles" .root | fromYaml }}
- { name: {{ $name }}, value: /etc/jangteo-kafka/{{ $given.path }} }
{{- end }}
{{- end }}
{{- if ne $engines.kafka.sasl "off" }}
- { name: KAFKA_SASL, value: {{ $engines.kafka.sasl }} }
- { name: KAFKA_USERNAME, value: {{ $engines.kafka.username | quote }} }
- name: KAFKA_PASSWORD
  valueFrom: { secretKeyRef: { name: {{ $secret }}, key: {{ $engines.kafka.passwordKey }} } }
{{- end }}
{{- end }}
{{- if and $engines.opensearch.key (has "catalog" .host.runs) }}
- name: OPENSEARCH_URL
  valueFrom: { secretKeyRef: { name: {{ $secret }}, key: {{ $engines.opensearch.key }} } }
- { name: OPENSEARCH_ANALYZER, value: {{ $engines.opensearch.analyzer | quote }} }
- { name: OPENSEARCH_PREFIX, value: {{ $engines.opensearch.prefix | quote }} }
{{- end }}
{{- with $engines.zipkin.url }}
- { name: ZIPKIN_URL, value: {{ . | quote }} }
{{- end }}
{{- with $engines.otlp.url }}
- { name: OTLP_URL, value: {{ . | quote }} }
{{- end }}
{{- end }}

{{- define "jangteo.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "jangteo.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}
