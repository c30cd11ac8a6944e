{{- define "judge.name" -}}
{{ .Release.Name | trunc 40 | trimSuffix "-" }}
{{- end }}

{{- define "judge.labels" -}}
app.kubernetes.io/name: judge
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- /* (list . "worker"): what a Service, a budget or a policy finds the pods by */ -}}
{{- define "judge.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: judge
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{- define "judge.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "judge.broker" -}}
{{- if .Values.redis.enabled -}}
redis://{{ include "judge.name" . }}-redis:6379/0
{{- else -}}
{{ required "broker.address is needed when redis.enabled is false" .Values.broker.address }}
{{- end -}}
{{- end }}

{{- /* The Secret with the key `password`; empty = there is no password. */ -}}
{{- define "judge.passwordSecret" -}}
{{- if .Values.redis.enabled -}}
{{ .Values.redis.existingSecret | default (printf "%s-redis" (include "judge.name" .)) }}
{{- else -}}
{{ .Values.broker.passwordSecret }}
{{- end -}}
{{- end }}

{{- /* (list . SETTINGS): the variables of a container, those that the chart knows first */ -}}
{{- define "judge.environment" -}}
{{- $root := index . 0 -}}
{{- $known := dict "JUDGE_BROKER" (include "judge.broker" $root) -}}
{{- if include "judge.passwordSecret" $root }}
{{- $_ := set $known "JUDGE_BROKER_PASSWORD_FILE" "/etc/judge/broker/password" }}
{{- end }}
{{- with $root.Values.store.packages }}{{ $_ := set $known "JUDGE_PACKAGE_STORE" . }}{{ end }}
{{- with $root.Values.store.blobs }}{{ $_ := set $known "JUDGE_BLOB_STORE" . }}{{ end }}
{{- $all := merge (dict) (index . 1) $root.Values.settings $known }}
{{- range $name, $value := $all }}
- name: {{ $name }}
  value: {{ $value | toString | quote }}
{{- end }}
{{- end }}

{{- define "judge.environmentFrom" -}}
{{- with .Values.store.credentials }}
envFrom:
  - secretRef: {name: {{ . }}}
{{- end }}
{{- end }}

{{- define "judge.mounts" -}}
{{- if include "judge.passwordSecret" . }}
- {name: broker, mountPath: /etc/judge/broker, readOnly: true}
{{- end }}
{{- if .Values.store.claim }}
- {name: store, mountPath: /srv/judge}
{{- end }}
{{- end }}

{{- /* Those of packages and blobs that lie in the claim, as a list of words; empty = neither does */ -}}
{{- define "judge.directories" -}}
{{- $found := list -}}
{{- range list .Values.store.packages .Values.store.blobs -}}
{{- if hasPrefix "/srv/judge/" . }}{{ $found = append $found (quote .) }}{{ end -}}
{{- end -}}
{{- join ", " (uniq $found) -}}
{{- end }}

{{- define "judge.volumes" -}}
{{- with include "judge.passwordSecret" . }}
- name: broker
  secret:
    secretName: {{ . }}
    items: [{key: password, path: password}]
    defaultMode: 0440
{{- end }}
{{- with .Values.store.claim }}
- name: store
  persistentVolumeClaim: {claimName: {{ . }}}
{{- end }}
{{- end }}

{{- /* (list . "worker" VALUES): where pods may run */ -}}
{{- define "judge.placement" -}}
{{- $root := index . 0 -}}
{{- $values := index . 2 -}}
{{- with $values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{- include "judge.selector" (list $root (index . 1)) | nindent 8 }}
{{- end }}
